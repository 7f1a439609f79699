package org.bigtransfer.hyperrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperRuleTest {
    @ParameterizedTest
    @CsvSource({"1,160,128", "9025,160,128", "9215,160,128", "9216,512,480", "9217,512,480", "9409,512,480"})
    void resolutionChangesAtNinetySixSquared(long area, int precrop, int crop) {
        assertThat(HyperRule.resolution(area)).isEqualTo(new Resolution(precrop, crop));
    }

    @Test
    void scheduleFollowsTheTrainingSetsSize() {
        Schedule small = new Schedule(List.of(100, 200, 300, 400, 500));
        Schedule medium = new Schedule(List.of(500, 3000, 6000, 9000, 10_000));
        Schedule large = new Schedule(List.of(500, 6000, 12_000, 18_000, 20_000));
        assertThat(HyperRule.schedule(1)).isEqualTo(small);
        assertThat(HyperRule.schedule(19_999)).isEqualTo(small);
        assertThat(HyperRule.schedule(20_000)).isEqualTo(medium);
        assertThat(HyperRule.schedule(499_999)).isEqualTo(medium);
        assertThat(HyperRule.schedule(500_000)).isEqualTo(large);
    }

    @Test
    void mixupBeginsAtTwentyThousandExamples() {
        assertThat(HyperRule.mixup(19_999)).isZero();
        assertThat(HyperRule.mixup(20_000)).isEqualTo(0.1);
        assertThat(HyperRule.mixup(500_000)).isEqualTo(0.1);
        assertThat(HyperRule.BASE_LR).isEqualTo(0.003);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "1,0.00003",
        "50,0.0015",
        "99,0.00297",
        "100,0.003",
        "101,0.003",
        "200,0.003",
        "201,0.0003",
        "300,0.0003",
        "301,0.00003",
        "400,0.00003",
        "401,0.000003",
        "499,0.000003"
    })
    void learningRateOfTheSmallSchedule(int step, double rate) {
        assertThat(HyperRule.schedule(1000).learningRate(0.003, step)).isCloseTo(rate, withPercentage(1e-10));
    }

    @ParameterizedTest
    @CsvSource({
        "499,0.00998",
        "500,0.01",
        "3000,0.01",
        "3001,0.001",
        "6000,0.001",
        "6001,0.0001",
        "9000,0.0001",
        "9001,0.00001",
        "9999,0.00001"
    })
    void learningRateOfTheMediumSchedule(int step, double rate) {
        assertThat(HyperRule.schedule(20_000).learningRate(0.01, step)).isCloseTo(rate, withPercentage(1e-10));
    }

    @Test
    void stopsAtTheEnd() {
        Schedule schedule = HyperRule.schedule(1000);
        assertThat(schedule.steps()).isEqualTo(500);
        assertThat(schedule.warmup()).isEqualTo(100);
        assertThatThrownBy(() -> schedule.learningRate(0.003, 500)).hasMessage("step must be in 0..499: 500");
        assertThatThrownBy(() -> schedule.learningRate(0.003, -1)).hasMessage("step must be in 0..499: -1");
    }

    @Test
    void noWarmUpStartsAtTheBaseRate() {
        assertThat(new Schedule(List.of(0, 10)).learningRate(0.003, 0)).isEqualTo(0.003);
    }

    @Test
    void refusesSchedulesThatDoNotAscend() {
        assertThatThrownBy(() -> new Schedule(List.of(100, 100)))
                .hasMessage("a schedule must be strictly ascending: [100, 100]");
        assertThatThrownBy(() -> new Schedule(List.of(100))).hasMessageContaining("at least two steps");
        assertThatThrownBy(() -> new Schedule(List.of(-1, 5))).hasMessageContaining("none negative");
        assertThatThrownBy(() -> new Resolution(100, 128)).hasMessageContaining("precrop 100, crop 128");
        assertThatThrownBy(() -> new Resolution(0, 0)).hasMessageContaining("crop at least 1");
        assertThat(new Resolution(1, 1).precrop()).isEqualTo(1);
    }

    @Test
    void profilesGoByTheirSetting() {
        assertThat(Profile.of("pytorch")).isEqualTo(Profile.PYTORCH);
        assertThatThrownBy(() -> Profile.of("caffe")).hasMessage("profile must be one of [pytorch]: caffe");
    }
}
