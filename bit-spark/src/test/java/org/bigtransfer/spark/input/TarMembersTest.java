package org.bigtransfer.spark.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.bigtransfer.spark.input.TarMembers.DamagedException;
import org.bigtransfer.spark.input.TarMembers.End;
import org.junit.jupiter.api.Test;

class TarMembersTest {
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(tar);

    private void add(TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
        out.flush();
    }

    private static TarMembers members(byte[] bytes) {
        return new TarMembers(new ByteArrayInputStream(bytes), End.ZEROS);
    }

    @Test
    void headersAreNotReadWithoutEnd() throws IOException {
        byte[] name = new byte[3 << 20];
        Arrays.fill(name, (byte) 'x');
        add(new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME), name);
        add(new TarArchiveEntry("named by it"), new byte[10]);
        add(new TarArchiveEntry("last"), new byte[2 << 20]);
        out.close();
        TarMembers members = members(tar.toByteArray());
        assertThatThrownBy(members::next)
                .isInstanceOf(DamagedException.class)
                .hasMessage("headers of a file must have at most 1048576 bytes");
        assertThat(members.next().getName()).isEqualTo("named by it");
        assertThat(members.next().getName()).isEqualTo("last");
        assertThat(members.next()).isNull();
    }

    @Test
    void goesOnBehindADamagedHeaderAndTellsItOnce() throws IOException {
        add(new TarArchiveEntry("first"), new byte[700]);
        int damaged = tar.size();
        add(new TarArchiveEntry("lost"), new byte[700]);
        add(new TarArchiveEntry("next"), new byte[700]);
        out.close();
        byte[] bytes = tar.toByteArray();
        bytes[damaged] ^= 1;
        TarMembers members = members(bytes);
        assertThat(members.next().getName()).isEqualTo("first");
        assertThatThrownBy(members::next).hasMessage("a header has a wrong checksum");
        assertThat(members.next().getName()).isEqualTo("next");
        assertThat(members.next()).isNull();
        assertThat(members.next()).isNull();
    }

    @Test
    void endsWithZeros() throws IOException {
        add(new TarArchiveEntry("one"), new byte[700]);
        byte[] cut = tar.toByteArray();
        TarMembers members = members(cut);
        members.next();
        assertThatThrownBy(members::next).hasMessage("it ends without the zeros that end a tar");
        assertThat(members.next()).isNull();
        TarMembers part = new TarMembers(new ByteArrayInputStream(cut), End.ANYWHERE);
        part.next();
        assertThat(part.next()).isNull();
    }

    @Test
    void filesBehindTheEndAreRead() throws IOException {
        add(new TarArchiveEntry("one"), new byte[700]);
        out.close();
        byte[] one = tar.toByteArray();
        byte[] two = Arrays.copyOf(one, 2 * one.length);
        System.arraycopy(one, 0, two, one.length, one.length);
        TarMembers members = members(two);
        members.next();
        assertThatThrownBy(members::next).hasMessage("there are files behind the zeros that end a tar");
        assertThat(members.next().getName()).isEqualTo("one");
        assertThat(members.next()).isNull();
    }
}
