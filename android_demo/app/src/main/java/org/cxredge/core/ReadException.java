package org.cxredge.core;

/** A picture that could not be read as a film, with the reason as a key that an app can word. */
public final class ReadException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong, so that each can be said in the user's own language. */
    public enum Why {
        EMPTY("the file is empty"),
        FOREIGN("the file is %s; films are read from PNG, JPEG, TIFF, BMP, WebP, PGM or DICOM"),
        NOT_A_PICTURE("the file is not a picture in a format that films come in"),
        /** On any device. */
        TOO_LARGE("the picture is too large; make it smaller first"),
        NO_MEMORY("this device has too little memory for a film of this size; make it smaller first"),
        /** A decoder would hold all of it: progressive JPEG, lossless WebP. */
        NO_MEMORY_AT_ONCE("this device has too little memory for a picture stored in this way;"
                + " save it as an ordinary JPEG, or make it smaller"),
        /** Large pictures are read in bands, which were not shown to give the same grays. */
        BANDS_DIFFER("this device's decoder was not shown to read large pictures rightly;"
                + " make it smaller first"),
        NO_PIXELS("the picture has no pixels"),
        DAMAGED("the picture is damaged or cut short; get it again"),
        UNSUPPORTED("the picture is of a kind that is not read here (%s)"),
        CANNOT_OPEN("the file cannot be opened");

        private final String words;

        Why(String words) {
            this.words = words;
        }
    }

    public final Why why;
    /** What kind of file it is (FOREIGN, UNSUPPORTED) or what was met, in English; may be empty. */
    public final String detail;
    /** The same for an app that words it in any language; null where it has no words for it. */
    public final FileKind kind;

    public ReadException(Why why, String detail) {
        this(why, detail, null);
    }

    public ReadException(Why why, String detail, Throwable cause) {
        super(why.words.replace("%s", shown(detail)), cause);
        this.why = why;
        this.detail = shown(detail);
        kind = FileKind.of(this.detail);
    }

    /** Whatever a file put into it: short, and in one line. */
    private static String shown(String detail) {
        String plain = detail.replaceAll("[^\\x20-\\x7e]+", "?");
        return plain.length() <= 80 ? plain : plain.substring(0, 80) + "...";
    }

    static ReadException damaged(String detail) {
        return new ReadException(Why.DAMAGED, detail);
    }

    static ReadException unsupported(String what) {
        return new ReadException(Why.UNSUPPORTED, what);
    }
}
