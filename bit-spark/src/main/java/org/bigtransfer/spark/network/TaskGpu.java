package org.bigtransfer.spark.network;

import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.bigtransfer.replica.AssignedGpu;

/** The GPU that Spark has given the running task. */
public final class TaskGpu {
    private static final String GPU = "gpu";

    private TaskGpu() {}

    /** None outside of tasks, and where Spark schedules no GPUs. */
    public static AssignedGpu current() {
        TaskContext context = TaskContext.get();
        ResourceInformation given =
                context == null ? null : context.resourcesJMap().get(GPU);
        return given == null || given.addresses().length == 0
                ? AssignedGpu.NONE
                : new AssignedGpu(given.addresses()[0]);
    }
}
