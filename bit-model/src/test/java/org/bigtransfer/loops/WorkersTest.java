package org.bigtransfer.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkersTest {
    private static final int MILLIS = 200;

    private final Thread caller = Thread.currentThread();
    private final AtomicInteger ended = new AtomicInteger();
    private final CountDownLatch helping = new CountDownLatch(1);

    static Stream<Workers> twoThreads() {
        return Stream.of(Workers.spinning(2, () -> {}), Workers.sleeping(2));
    }

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

    @ParameterizedTest
    @MethodSource("twoThreads")
    void anInterruptedCallerWaitsForItsHelpers(Workers two) {
        try (Workers workers = two) {
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

    @ParameterizedTest
    @MethodSource("twoThreads")
    void aFailingCallerWaitsForItsHelpers(Workers two) {
        try (Workers workers = two) {
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

    @ParameterizedTest
    @MethodSource("twoThreads")
    void aHelpersFailureIsTheCallers(Workers two) {
        try (Workers workers = two) {
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

    @ParameterizedTest
    @MethodSource("twoThreads")
    void everyPartRunsOnceInRoundAfterRound(Workers two) {
        try (Workers workers = two) {
            for (int round = 0; round < 2000; round++) {
                AtomicInteger[] times =
                        Stream.generate(AtomicInteger::new).limit(5).toArray(AtomicInteger[]::new);
                workers.run(times.length, index -> times[index].incrementAndGet());
                assertThat(times).extracting(AtomicInteger::get).containsOnly(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twoThreads")
    void closedWorkersEndTheirHelpers(Workers two) throws InterruptedException {
        AtomicReference<Thread> helper = new AtomicReference<>();
        try (Workers workers = two) {
            workers.run(2, index -> {
                if (isCaller()) {
                    awaitHelper();
                } else {
                    helper.set(Thread.currentThread());
                    helping.countDown();
                }
            });
        }
        helper.get().join(60_000);
        assertThat(helper.get().isAlive()).isFalse();
    }
}
