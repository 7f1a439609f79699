package org.bigtransfer.spark.input;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a Python pickle of dictionaries, lists, tuples, texts, integers and numpy arrays, as CIFAR's Python version has
 * them, in protocols 2 and 3. Nothing is called and nothing else is made: a pickle that names any other class or function
 * is refused by that name. Long strings, such as an array's content, are passed over; where they lie is kept. Source: the
 * opcodes as Python's module pickletools documents them.
 */
final class Pickle {
    /** Longer strings are passed over. */
    private static final int LONGEST_TEXT = 1000;

    private static final int MOST_OPCODES = 4_000_000;
    private static final int LONGEST_NAME = 200;
    private static final Object MARK = new Object();
    private static final Object NONE = new Object();
    private static final Set<String> MAKERS =
            Set.of("numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct");

    /** Where a string lies. @param offset from the beginning of the stream */
    record Span(long offset, long length) {}

    private record Global(String name) {}

    /** What numpy calls the type of an array's numbers. */
    private record Type(String name) {}

    /** A numpy array. */
    static final class Array {
        private List<?> state = List.of();

        /** The content if it is rows of bytes, one after the other. @throws IOException when it is not */
        Span rows(long columns) throws IOException {
            // The state is a version, the shape, the type, whether it goes by columns, and the content.
            boolean fits = state.size() == 5
                    && state.get(1) instanceof List<?> shape
                    && shape.size() == 2
                    && shape.get(0) instanceof Long rows
                    && shape.get(1).equals(columns)
                    && state.get(2).equals(new Type("u1"))
                    && state.get(3).equals(false)
                    && state.get(4) instanceof Span span
                    && rows > 0
                    && rows < Integer.MAX_VALUE
                    && span.length() == rows * columns;
            if (!fits) {
                throw new IOException("its data must be rows of %d bytes".formatted(columns));
            }
            return (Span) state.get(4);
        }
    }

    private final DataInputStream in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private long offset;
    private long opcodes;

    private Pickle(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /**
     * The dictionary that the stream begins with, with texts as keys. Strings of bytes are texts of Latin-1.
     *
     * @throws IOException when it is none, or holds anything else
     */
    static Map<?, ?> read(InputStream in) throws IOException {
        try {
            Object read = new Pickle(in).read();
            if (read instanceof Map<?, ?> dictionary) {
                return dictionary;
            }
            throw new IOException("its pickle must be a dictionary");
        } catch (EOFException e) {
            throw new IOException("it ends within its pickle", e);
        } catch (ClassCastException e) {
            throw new IOException("its pickle must hold together", e);
        }
    }

    /** Whether a file begins as a pickle does. */
    static boolean matches(byte[] start) {
        return start.length >= 2 && start[0] == (byte) 0x80 && (start[1] == 2 || start[1] == 3);
    }

    private Object read() throws IOException {
        for (int opcode = one(); opcode != '.'; opcode = one()) {
            step(opcode);
            if (++opcodes > MOST_OPCODES) {
                throw new IOException("its pickle must have at most %d opcodes".formatted(MOST_OPCODES));
            }
        }
        return pop();
    }

    private void step(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> protocol(one());
            case '(' -> stack.addLast(MARK);
            case 'N' -> stack.addLast(NONE);
            case 0x88 -> stack.addLast(true);
            case 0x89 -> stack.addLast(false);
            case 'K' -> stack.addLast((long) one());
            case 'M' -> stack.addLast(little(2));
            case 'J' -> stack.addLast((long) (int) little(4));
            case 'U', 'C' -> stack.addLast(text(one(), StandardCharsets.ISO_8859_1));
            case 'T', 'B' -> stack.addLast(text(little(4), StandardCharsets.ISO_8859_1));
            case 'X' -> stack.addLast(text(little(4), StandardCharsets.UTF_8));
            case ']' -> stack.addLast(new ArrayList<>());
            case '}' -> stack.addLast(new LinkedHashMap<>());
            case ')' -> stack.addLast(List.of());
            case 't' -> stack.addLast(marked());
            case 0x85 -> stack.addLast(last(1));
            case 0x86 -> stack.addLast(last(2));
            case 0x87 -> stack.addLast(last(3));
            case 'a' -> append(last(1));
            case 'e' -> append(marked());
            case 's' -> put(last(2));
            case 'u' -> put(marked());
            case 'q' -> memo.put((long) one(), top());
            case 'r' -> memo.put(little(4), top());
            case 'h' -> remember((long) one());
            case 'j' -> remember(little(4));
            case 'c' -> stack.addLast(new Global(line() + " " + line()));
            case 'R' -> call(last(2));
            case 'b' -> build(pop());
            default -> throw new IOException("its pickle must have no opcode 0x%02x".formatted(opcode));
        }
    }

    private static void protocol(int number) throws IOException {
        if (number < 2 || number > 3) {
            throw new IOException("its pickle must be of protocol 2 or 3: " + number);
        }
    }

    /** Makes an array or a type; its state comes later. */
    private void call(List<Object> functionAndArguments) throws IOException {
        String function = ((Global) functionAndArguments.get(0)).name();
        List<?> arguments = (List<?>) functionAndArguments.get(1);
        if (MAKERS.contains(function) && arguments.get(0).equals(new Global("numpy ndarray"))) {
            stack.addLast(new Array());
        } else if (function.equals("numpy dtype")) {
            stack.addLast(new Type((String) arguments.get(0)));
        } else {
            throw new IOException("its pickle must name numpy's arrays only: " + function);
        }
    }

    private void build(Object state) throws IOException {
        Object built = top();
        if (built instanceof Array array) {
            array.state = (List<?>) state;
        } else if (!(built instanceof Type)) {
            throw new IOException("its pickle must give states to numpy's arrays only");
        }
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) throws IOException {
        ((ArrayList<Object>) top()).addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> pairs) throws IOException {
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            ((LinkedHashMap<Object, Object>) top()).put((String) pairs.get(i), pairs.get(i + 1));
        }
    }

    private void remember(long number) throws IOException {
        if (!memo.containsKey(number)) {
            throw new IOException("its pickle must remember what it refers to: " + number);
        }
        stack.addLast(memo.get(number));
    }

    private Object top() throws IOException {
        if (stack.isEmpty()) {
            throw new IOException("its pickle must hold together");
        }
        return stack.getLast();
    }

    private Object pop() throws IOException {
        Object top = top();
        stack.removeLast();
        return top;
    }

    /** The last so many, in their order. */
    private List<Object> last(int count) throws IOException {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        return items;
    }

    /** Those since the last mark, in their order. */
    private List<Object> marked() throws IOException {
        List<Object> items = new ArrayList<>();
        for (Object item = pop(); item != MARK; item = pop()) {
            items.add(item);
        }
        Collections.reverse(items);
        return items;
    }

    private int one() throws IOException {
        offset++;
        return in.readUnsignedByte();
    }

    private long little(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (long) one() << 8 * i;
        }
        return number;
    }

    private Object text(long length, Charset charset) throws IOException {
        if (length > LONGEST_TEXT) {
            Span span = new Span(offset, length);
            in.skipNBytes(length);
            offset += length;
            return span;
        }
        byte[] bytes = new byte[(int) length];
        in.readFully(bytes);
        offset += length;
        return new String(bytes, charset);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = one(); c != '\n'; c = one()) {
            line.append((char) c);
            if (line.length() > LONGEST_NAME) {
                throw new IOException("names in its pickle must have at most %d characters".formatted(LONGEST_NAME));
            }
        }
        return line.toString();
    }
}
