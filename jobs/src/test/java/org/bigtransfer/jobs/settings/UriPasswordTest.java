package org.bigtransfer.jobs.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriPasswordTest {
    @ParameterizedTest
    @CsvSource({
        "s3a://key:secret@bucket/a, s3a://***@bucket/a",
        "s3a://key:sec/ret@bucket, s3a://***@bucket",
        "s3a://:secret@bucket/a and https://token@host/b, s3a://***@bucket/a and https://***@host/b",
        "-D dataset=ftp://me@host/a@b, -D dataset=ftp://***@host/a@b",
    })
    void hidesPasswords(String text, String hidden) {
        assertThat(UriPassword.isIn(text)).isTrue();
        assertThat(UriPassword.hidden(text)).isEqualTo(hidden);
        assertThat(UriPassword.isIn(hidden.replace("***@", ""))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abfs://container@account.dfs.core.windows.net/a",
                "hdfs://host:9000/user@home/a",
                "hdfs://[::1]:9000/a@b",
                "[\"hdfs://h:x\",\"a@b\"]",
                "a@b:c",
            })
    void leavesOtherUrisAlone(String text) {
        assertThat(UriPassword.isIn(text)).isFalse();
        assertThat(UriPassword.hidden(text)).isEqualTo(text);
    }

    @Test
    void queriesAreHidden() {
        assertThat(UriPassword.hidden("uri must have no query: https://h:1/a?token=t&b=c (-D uri=http://h/?token=t)"))
                .isEqualTo("uri must have no query: https://h:1/a?*** (-D uri=http://h/?***)");
    }
}
