package org.cxredge.core;

/**
 * DICOM films, little endian and not coded: gray of 8 or 16 bits, RGB of 8. As
 * `edge_runtime/dicom.py`: BitsStored, the VOI table or window through the rescale, MONOCHROME1,
 * PatientOrientation. A file with several frames is no film.
 */
final class DicomReader {
    private static final String IMPLICIT = "1.2.840.10008.1.2", EXPLICIT = "1.2.840.10008.1.2.1";
    private static final int START = 132;
    private static final int[] NEEDED = {
        DicomElements.COLUMNS, DicomElements.ROWS, DicomElements.ALLOCATED, DicomElements.STORED,
        DicomElements.SIGNED, DicomElements.SAMPLES, DicomElements.PHOTOMETRIC
    };

    private final Bytes file;
    private final DicomElements data;
    private final int width, height, allocated;

    private DicomReader(Bytes file, DicomElements data) throws ReadException {
        this.file = file;
        this.data = data;
        for (int tag : NEEDED) {
            if (!data.has(tag)) {
                throw ReadException.damaged("its header does not say what its pixels are");
            }
        }
        width = data.number(DicomElements.COLUMNS, 0);
        height = data.number(DicomElements.ROWS, 0);
        allocated = data.number(DicomElements.ALLOCATED, 0);
        Limits.check(width, height, 2);
    }

    static Film read(Bytes file) throws ReadException {
        DicomElements meta = new DicomElements(file, true, START);
        long start = meta.read(file.size, 2, 0);
        String syntax = meta.text(DicomElements.SYNTAX, 0);
        if (!syntax.equals(EXPLICIT) && !syntax.equals(IMPLICIT)) {
            throw ReadException.unsupported("DICOM in the coding " + syntax);
        }
        DicomElements data = new DicomElements(file, syntax.equals(EXPLICIT), start);
        data.read(file.size, -1, 0);
        if (!data.has(DicomElements.PIXELS)) {
            throw ReadException.unsupported("DICOM without a picture");
        }
        if (data.undefined(DicomElements.PIXELS)) {
            throw ReadException.damaged("its pixels are coded, which its header denies");
        }
        String frames = data.text(DicomElements.FRAMES, 0);
        if (!frames.isEmpty() && !frames.equals("1") && !frames.equals("0")) {
            throw ReadException.unsupported("DICOM with " + frames + " frames");
        }
        return new DicomReader(file, data).film();
    }

    private Film film() throws ReadException {
        String kind = data.text(DicomElements.PHOTOMETRIC, 0);
        int samples = data.number(DicomElements.SAMPLES, 1);
        boolean gray = kind.equals("MONOCHROME1") || kind.equals("MONOCHROME2");
        if (gray && samples == 1 && (allocated == 8 || allocated == 16)) {
            return gray(kind.equals("MONOCHROME1"));
        }
        if (kind.equals("RGB") && samples == 3 && allocated == 8) {
            return colour();
        }
        throw ReadException.unsupported("DICOM of the kind " + kind + ", " + allocated + " bits");
    }

    /** Where the pixels stand, once all are there. */
    private long pixels(int bytes) throws ReadException {
        long wanted = (long) width * height * bytes;
        long place = data.place(DicomElements.PIXELS);
        if (data.length(DicomElements.PIXELS) < wanted || place + wanted > file.size) {
            throw ReadException.damaged("its pixels end too early");
        }
        return place;
    }

    private Film gray(boolean whiteIsLow) throws ReadException {
        int bytes = allocated / 8;
        long place = pixels(bytes);
        int bits = data.number(DicomElements.STORED, 0);
        if (bits < 1 || bits > 16) {
            throw ReadException.unsupported("DICOM of " + bits + " bits a pixel");
        }
        boolean signed = data.number(DicomElements.SIGNED, 0) == 1;
        // A signed value is moved up by `zero` (its sign bit turned), so that all are 0-65535.
        int zero = signed ? 1 << bits - 1 : 0;
        int high = data.number(DicomElements.HIGH_BIT, bits - 1);
        int shift = Math.min(16, Math.max(0, high + 1 - bits));
        int mask = (1 << bits) - 1;
        Raster raster = new Raster(Raster.Kind.WIDE, width, height);
        byte[] row = new byte[width * bytes];
        for (int y = 0; y < height; y++, place += row.length) {
            file.copy(place, row, 0, row.length);
            for (int x = 0; x < width; x++) {
                int value = bytes == 1 ? row[x] & 0xff
                        : row[2 * x] & 0xff | (row[2 * x + 1] & 0xff) << 8;
                raster.set(x, y, value >> shift & mask ^ zero);
            }
        }
        byte[] table = DicomGrays.table(file, data, raster, bits, zero);
        return raster.through(whiteIsLow ? Windowing.inverted(table) : table, orientation());
    }

    private Film colour() throws ReadException {
        long place = pixels(3);
        boolean planes = data.number(DicomElements.PLANES, 0) == 1;
        Raster raster = new Raster(Raster.Kind.COLOUR, width, height);
        byte[] row = new byte[3 * width];
        for (int y = 0; y < height; y++) {
            for (int plane = 0; planes && plane < 3; plane++) {
                long at = place + ((long) plane * height + y) * width;
                file.copy(at, row, plane * width, width);
            }
            if (!planes) {
                file.copy(place + (long) y * row.length, row, 0, row.length);
            }
            int step = planes ? 1 : 3, apart = planes ? width : 1;
            for (int x = 0; x < width; x++) {
                int at = x * step;
                raster.set(x, y, (row[at] & 0xff) << 16 | (row[at + apart] & 0xff) << 8
                        | row[at + 2 * apart] & 0xff);
            }
        }
        return raster.film(orientation(), false, true);
    }

    /** EXIF's number that turns rows towards the patient's left and columns towards the feet. */
    private int orientation() throws ReadException {
        String across = first(data.text(DicomElements.ORIENTATION, 0));
        String down = first(data.text(DicomElements.ORIENTATION, 1));
        boolean sideways = "HF".contains(across) && "LR".contains(down)
                && !across.isEmpty() && !down.isEmpty();
        if (sideways) {
            String other = across;
            across = down;
            down = other;
        }
        if (across.isEmpty() || down.isEmpty() || !"LR".contains(across) || !"HF".contains(down)) {
            return 1;
        }
        boolean flipX = across.equals("R"), flipY = down.equals("H");
        if (sideways) {
            return flipX ? flipY ? 7 : 6 : flipY ? 8 : 5;
        }
        return flipX ? flipY ? 3 : 2 : flipY ? 4 : 1;
    }

    private static String first(String text) {
        return text.isEmpty() ? "" : text.substring(0, 1);
    }
}
