package org.cxredge.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.cxredge.core.ReadException.Why;

/** A film file of any format -> a {@link Film}: `edge_runtime/pixels.py` up to the resize. */
public final class FilmReader {
    private FilmReader() {}

    /**
     * Read a film from a buffer's first byte to its limit.
     *
     * @param phone decodes JPEG and WebP; null: they are refused
     * @throws ReadException whatever the bytes are, nothing else comes out
     */
    public static Film read(ByteBuffer file, PhoneDecoder phone) throws ReadException {
        try {
            return decoded(file, phone);
        } catch (OutOfMemoryError error) { // the largest arrays are taken first and alone
            throw new ReadException(Why.NO_MEMORY, "out of memory", error);
        } catch (RuntimeException error) { // none is known: the fuzzer calls `decoded`
            throw new ReadException(Why.DAMAGED, String.valueOf(error), error);
        }
    }

    static Film decoded(ByteBuffer file, PhoneDecoder phone) throws ReadException {
        Bytes big = Bytes.of(file, ByteOrder.BIG_ENDIAN);
        Bytes little = big.in(ByteOrder.LITTLE_ENDIAN);
        Formats format = Formats.of(big);
        switch (format) {
            case PNG:
                return PngReader.read(big);
            case TIFF:
                return TiffReader.read(big.has(0, "II") ? little : big);
            case BMP:
                return BmpReader.read(little);
            case PNM:
                return PnmReader.read(big);
            case DICOM:
                return DicomReader.read(little);
            default:
                return byPhone(file, big, format, phone);
        }
    }

    private static Film byPhone(ByteBuffer file, Bytes bytes, Formats format, PhoneDecoder phone)
            throws ReadException {
        if (phone == null) {
            throw ReadException.unsupported(format == Formats.JPEG ? "JPEG" : "WebP");
        }
        Encoded encoded = Encoded.of(file, bytes, format);
        FilmBuilder builder = new FilmBuilder(Exif.orientation(file));
        try {
            phone.decode(encoded, builder);
        } catch (IOException | RuntimeException error) {
            throw new ReadException(Why.DAMAGED, String.valueOf(error.getMessage()), error);
        }
        return builder.film();
    }

    /** A stream's bytes, of a length that a film may have and this process can hold. */
    public static ByteBuffer held(InputStream stream) throws ReadException {
        int most = (int) Math.min(Limits.MAX_BYTES, Runtime.getRuntime().maxMemory() / 4);
        try {
            // A file tells how long it is: then nothing is held twice while it grows.
            int told = Math.min(most, Math.max(0, stream.available()));
            byte[] data = new byte[Math.max(1 << 16, told)];
            int size = 0;
            for (int one = stream.read(); one >= 0; one = stream.read()) {
                if (size == data.length) {
                    data = Arrays.copyOf(data, (int) Math.min(most + 1L, 2L * size));
                }
                data[size++] = (byte) one;
                while (size < data.length) {
                    int got = stream.read(data, size, data.length - size);
                    if (got < 0) {
                        break;
                    }
                    size += got;
                }
                if (size > most) {
                    throw Limits.noMemory("more than " + most + " bytes");
                }
            }
            return ByteBuffer.wrap(data, 0, size);
        } catch (OutOfMemoryError error) {
            throw new ReadException(Why.NO_MEMORY, "out of memory", error);
        } catch (IOException | RuntimeException error) { // content providers raise both
            throw new ReadException(Why.CANNOT_OPEN, String.valueOf(error.getMessage()), error);
        }
    }
}
