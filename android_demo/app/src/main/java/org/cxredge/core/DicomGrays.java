package org.cxredge.core;

/** The gray of each stored value of a DICOM film, by its own table or window, else by ours. */
final class DicomGrays {
    private DicomGrays() {}

    /**
     * @param bits of a stored value
     * @param zero where a signed value of 0 stands, 0 for unsigned ones
     */
    static byte[] table(Bytes file, DicomElements data, Raster raster, int bits, int zero)
            throws ReadException {
        if (data.hasItem(DicomElements.MODALITY_TABLE)) {
            throw ReadException.unsupported("DICOM with a modality table");
        }
        Fraction slope = number(data, DicomElements.SLOPE, 1);
        // The modality value of what stands at `place` is slope * place + start.
        Fraction start = number(data, DicomElements.INTERCEPT, 0)
                .minus(slope.times(Fraction.of(zero)));
        if (data.hasItem(DicomElements.VOI_TABLE)) {
            return voiTable(file, data.firstItem(DicomElements.VOI_TABLE), slope, start,
                    zero != 0);
        }
        byte[] window = window(data, slope, start);
        if (window != null) {
            return window;
        }
        int[] limits = bits > 8 || zero != 0 ? Windowing.limits(raster.wide())
                : new int[] {0, (1 << bits) - 1};
        return Windowing.ramp(limits[0], limits[1], slope.sign() < 0);
    }

    /** By the first VOI window; null without a usable one. */
    private static byte[] window(DicomElements data, Fraction slope, Fraction start)
            throws ReadException {
        if (data.text(DicomElements.CENTER, 0).isEmpty()
                || data.text(DicomElements.WIDTH, 0).isEmpty()) {
            return null;
        }
        Fraction center = number(data, DicomElements.CENTER, 0);
        Fraction width = number(data, DicomElements.WIDTH, 0);
        Fraction half = Fraction.ONE.by(Fraction.of(2));
        if (!data.text(DicomElements.FUNCTION, 0).equals("LINEAR_EXACT")) {
            center = center.minus(half);
            width = width.minus(Fraction.ONE);
        }
        if (width.sign() <= 0) {
            return null;
        }
        Fraction low = center.minus(width.times(half));
        Fraction times = Fraction.of(255).by(width);
        return bytes(slope.times(times).line(start.minus(low).times(times).plus(half), 0, 255));
    }

    /** By a VOI table, its full range being 0-255. */
    private static byte[] voiTable(Bytes file, DicomElements item, Fraction slope, Fraction start,
            boolean signedPixels) throws ReadException {
        if (!item.has(DicomElements.DESCRIPTOR) || !item.has(DicomElements.TABLE)
                || item.length(DicomElements.DESCRIPTOR) < 6
                || item.undefined(DicomElements.TABLE)) {
            throw ReadException.damaged("its VOI table is not there");
        }
        long place = item.place(DicomElements.DESCRIPTOR);
        int count = file.u16(place), first = file.u16(place + 2), bits = file.u16(place + 4);
        boolean signed = item.isExplicit() ? item.signed(DicomElements.DESCRIPTOR) : signedPixels;
        first = signed ? (short) first : first;
        if (bits < 1 || bits > 16) {
            throw ReadException.unsupported("DICOM whose VOI table is of no kind there is");
        }
        int top = (1 << bits) - 1;
        long held = item.length(DicomElements.TABLE) / 2;
        byte[] grays = new byte[(int) Math.min(count == 0 ? Windowing.LEVELS : count, held)];
        for (int i = 0; i < grays.length; i++) {
            int entry = file.u16(item.place(DicomElements.TABLE) + 2L * i);
            grays[i] = (byte) Math.min(255, (entry * 255 + top / 2) / top);
        }
        if (grays.length == 0) {
            throw ReadException.damaged("its VOI table is empty");
        }
        int[] entries = slope.line(start, first, first + grays.length - 1);
        byte[] table = new byte[entries.length];
        for (int value = 0; value < table.length; value++) {
            table[value] = grays[entries[value] - first];
        }
        return table;
    }

    private static Fraction number(DicomElements data, int tag, int otherwise)
            throws ReadException {
        String text = data.text(tag, 0);
        return text.isEmpty() ? Fraction.of(otherwise) : Fraction.of(text);
    }

    private static byte[] bytes(int[] values) {
        byte[] grays = new byte[values.length];
        for (int i = 0; i < grays.length; i++) {
            grays[i] = (byte) values[i];
        }
        return grays;
    }
}
