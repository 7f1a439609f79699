package org.bigtransfer.preprocess;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Opens the JDK's own image readers, whatever other plug-ins lie on the class path, so that pixels never depend on it. */
final class PlatformReader {
    /** What to do with an open reader. */
    @FunctionalInterface
    interface Reading<T> {
        T read(ImageReader reader) throws IOException, RejectedImageException;
    }

    private PlatformReader() {}

    /** Reads a file of the format that ImageIO knows by that name, {@code jpeg} for one. */
    static <T> T read(String format, Bytes file, Reading<T> reading) throws IOException, RejectedImageException {
        ImageReader reader = provider(format).createReaderInstance();
        try (ImageInputStream in =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(file.array(), file.first(), file.length()))) {
            reader.setInput(in, true, true);
            return reading.read(reader);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReaderSpi provider(String format) {
        Iterator<ImageReaderSpi> providers =
                IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
        while (providers.hasNext()) {
            ImageReaderSpi provider = providers.next();
            boolean platform =
                    "java.desktop".equals(provider.getClass().getModule().getName());
            if (platform && Arrays.asList(provider.getFormatNames()).contains(format)) {
                return provider;
            }
        }
        throw new IllegalStateException("the JDK must have an image reader for " + format + " (module java.desktop)");
    }
}
