package org.bigtransfer.dl4j.compute;

import org.bigtransfer.loops.Grouping;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes the layers' arithmetic. All arrays are dense, row-major and of one data type. */
public interface Arithmetic {
    /** A convolution of that geometry. It belongs to one layer. */
    Convolution convolution(Geometry geometry);

    /** The standardization of a convolution's filters. @param epsilon added to the variance */
    Standardization standardization(double epsilon);

    /** A group normalization. It belongs to one layer. */
    GroupNormalization groupNormalization(Grouping grouping);

    /** The root's max pooling. */
    MaxPooling maxPooling();

    /** sum ← a + b, all of one shape. */
    void add(INDArray a, INDArray b, INDArray sum);

    /** to ← from, of one shape. */
    void copy(INDArray from, INDArray to);

    /** The system property which, when {@code true}, has ND4J's operations compute everything, as on a GPU. */
    String ND4J_ONLY = "org.bigtransfer.dl4j.nd4jOnly";

    /** oneDNN and Java loops for float32 where ND4J computes on a CPU, ND4J's own operations otherwise. */
    static Arithmetic fastest(DataType type) {
        boolean loops = type == DataType.FLOAT && Nd4j.getEnvironment().isCPU() && !Boolean.getBoolean(ND4J_ONLY);
        return loops ? new CpuArithmetic() : new Nd4jArithmetic();
    }
}
