package org.bigtransfer.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The element types that weight files may have. */
enum NumberType {
    FLOAT16("<f2", 2) {
        @Override
        float at(ByteBuffer bytes, int at) {
            return widen(bytes.getShort(at));
        }
    },
    FLOAT32("<f4", 4) {
        @Override
        float at(ByteBuffer bytes, int at) {
            return bytes.getFloat(at);
        }
    },
    FLOAT64("<f8", 8) {
        @Override
        float at(ByteBuffer bytes, int at) {
            return (float) bytes.getDouble(at);
        }
    };

    private final String descr;
    private final int bytes;

    NumberType(String descr, int bytes) {
        this.descr = descr;
        this.bytes = bytes;
    }

    static NumberType of(String descr) throws WeightFileException {
        for (NumberType type : values()) {
            if (type.descr.equals(descr)) {
                return type;
            }
        }
        List<String> known = Arrays.stream(values()).map(NumberType::descr).toList();
        throw new WeightFileException("dtype must be one of " + known + ": " + descr);
    }

    /** As NumPy writes it. */
    String descr() {
        return descr;
    }

    /** Bytes an element. */
    int bytes() {
        return bytes;
    }

    /** The element at a byte offset of a little-endian buffer. */
    abstract float at(ByteBuffer bytes, int at);

    /** Source: IEEE 754 binary16; every value is a float32. */
    private static float widen(short half) {
        int exponent = half >> 10 & 0x1F;
        int fraction = half & 0x3FF;
        float sign = half < 0 ? -1 : 1;
        if (exponent == 0x1F) {
            return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        return exponent == 0
                ? sign * Math.scalb((float) fraction, -24)
                : sign * Math.scalb((float) (fraction | 0x400), exponent - 25);
    }
}
