package org.bigtransfer.spark.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.SeekableInputStream;
import org.junit.jupiter.api.Test;

class FilePiecesTest {
    private final byte[] piece = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    private final FilePieces pieces = new FilePieces("a.parquet", 100).with(20, ByteBuffer.wrap(piece));
    private final SeekableInputStream in = pieces.newStream();

    @Test
    void givesThePieceItselfAsMemory() throws IOException {
        in.seek(23);
        ByteBuffer first = pieces.allocate(4);
        ByteBuffer second = pieces.allocate(3);
        in.readFully(first);
        in.readFully(second);

        assertThat(first.array()).isSameAs(piece);
        assertThat(first.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 4, 5, 6}));
        assertThat(second.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {7, 8, 9}));
        assertThat(in.getPos()).isEqualTo(30);
    }

    @Test
    void refusesToFillAPieceFromElsewhere() throws IOException {
        in.seek(23);
        ByteBuffer memory = pieces.allocate(4);
        in.seek(22);

        assertThatThrownBy(() -> in.readFully(memory))
                .isInstanceOf(IOException.class)
                .hasMessage("memory must be filled from where it was asked for, of a.parquet: byte 22");
        assertThat(piece).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void copiesIntoMemoryOfOthers() throws IOException {
        ByteBuffer memory = ByteBuffer.allocate(4);
        in.seek(26);
        in.readFully(memory);

        assertThat(memory.array()).containsExactly(6, 7, 8, 9);
    }

    @Test
    void refusesWhatIsInNoPiece() throws IOException {
        in.seek(28);
        ByteBuffer memory = pieces.allocate(4);

        assertThat(memory.array()).isNotSameAs(piece);
        assertThatThrownBy(() -> in.readFully(memory))
                .isInstanceOf(EOFException.class)
                .hasMessage("what is read of a.parquet must be there: byte 30");
    }
}
