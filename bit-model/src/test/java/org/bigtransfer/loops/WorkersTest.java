package org.bigtransfer.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private static final int MILLIS = 200;

    private final Thread caller = Thread.currentThread();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch helping = new CountDownLatch(1);

    private boolean isCaller() {
        return Thread.currentThread() == caller;
    }

    /** What a helper does: begins, takes its time, ends. */
    private void help() {
        helping.countDown();
        try {
            TimeUnit.MILLISECONDS.sleep(MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        ended.incrementAndGet();
    }

    private void awaitHelper() {
        try {
            assertThat(helping.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anInterruptedCallerWaitsForItsHelpers() {
        try (Workers workers = new Workers(2, true, () -> {})) {
            workers.run(2, index -> {
                if (isCaller()) {
                    awaitHelper();
                    caller.interrupt();
                } else {
                    help();
                }
            });
            assertThat(ended).hasValue(1);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aFailingCallerWaitsForItsHelpers() {
        try (Workers workers = new Workers(2, true, () -> {})) {
            assertThatThrownBy(() -> workers.run(2, index -> {
                        if (isCaller()) {
                            awaitHelper();
                            throw new IllegalArgumentException("own");
                        }
                        help();
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("own");
            assertThat(ended).hasValue(1);
        }
    }

    @Test
    void aHelpersFailureIsTheCallers() {
        try (Workers workers = new Workers(2, true, () -> {})) {
            assertThatThrownBy(() -> workers.run(2, index -> {
                        if (isCaller()) {
                            awaitHelper();
                        } else {
                            help();
                            throw new IllegalArgumentException("helper's");
                        }
                    }))
                    .hasMessage("a compute thread failed")
                    .hasRootCauseMessage("helper's");
        }
    }
}
