package org.bigtransfer.spark.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.bigtransfer.spark.train.ControlMessage.Reply;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The channel on which running tasks are heard by the driver: Spark's own RPC, in every kind of cluster. Named in
 * {@code spark.plugins} by {@link TrainerConf}; Spark makes it on the driver and on each executor.
 */
public final class ControlPlugin implements SparkPlugin {
    private static final Map<String, ControlSession> SESSIONS = new ConcurrentHashMap<>();
    private static final ClassTag<ControlMessage> TAG = ClassTag$.MODULE$.apply(ControlMessage.class);
    private static volatile PluginContext executor;

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object message) {
                ControlMessage control = decode((byte[]) message);
                ControlSession session = SESSIONS.get(control.session());
                return (session == null ? Reply.STALE : session.receive(control)).name();
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                executor = context;
                greet(context);
            }
        };
    }

    /** Makes Spark find the driver now: it tries once, and a task that is interrupted meanwhile would end that for good. */
    private static void greet(PluginContext context) {
        try {
            context.ask(encode(new ControlMessage("", 0, new ControlMessage.Poll())));
        } catch (Exception e) {
            throw new IllegalStateException("the driver must answer its executors: " + e.getMessage(), e);
        }
    }

    /** Spark's RPC looks for classes on its own class path only, which spark-submit's jar is not on: bytes travel. */
    private static byte[] encode(ControlMessage message) {
        ByteBuffer bytes = serializer().serialize(message, TAG);
        return Arrays.copyOfRange(
                bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.arrayOffset() + bytes.limit());
    }

    private static ControlMessage decode(byte[] bytes) {
        return serializer().deserialize(ByteBuffer.wrap(bytes), ControlMessage.class.getClassLoader(), TAG);
    }

    private static SerializerInstance serializer() {
        return new JavaSerializer(SparkEnv.get().conf()).newInstance();
    }

    /** Opens a session on the driver. */
    static void open(String id, ControlSession session) {
        SESSIONS.put(id, session);
    }

    /** Ends a session: what its tasks still say is answered with {@link Reply#STALE}. */
    static void end(String id) {
        SESSIONS.remove(id);
    }

    /** Tells the driver and waits for its answer. @throws IOException when it does not answer */
    static Reply ask(ControlMessage message) throws IOException {
        PluginContext context = executor;
        if (context == null) {
            throw new IllegalStateException("spark.plugins must name " + ControlPlugin.class.getName());
        }
        try {
            return Reply.valueOf((String) context.ask(encode(message)));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the driver does not answer: " + e.getMessage(), e);
        }
    }
}
