package org.bigtransfer.spark.train;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.bigtransfer.spark.train.ControlMessage.Reply;

/**
 * The channel on which running tasks are heard by the driver: Spark's own RPC, in every kind of cluster. Named in
 * {@code spark.plugins} by {@link TrainerConf}; Spark makes it on the driver and on each executor.
 */
public final class ControlPlugin implements SparkPlugin {
    private static final Map<String, ControlSession> SESSIONS = new ConcurrentHashMap<>();
    private static volatile PluginContext executor;

    @Override
    public DriverPlugin driverPlugin() {
        return new DriverPlugin() {
            @Override
            public Object receive(Object message) {
                ControlMessage control = (ControlMessage) message;
                ControlSession session = SESSIONS.get(control.session());
                return session == null ? Reply.STALE : session.receive(control);
            }
        };
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new ExecutorPlugin() {
            @Override
            public void init(PluginContext context, Map<String, String> extraConf) {
                executor = context;
            }
        };
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
            return (Reply) context.ask(message);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the driver does not answer: " + e.getMessage(), e);
        }
    }
}
