package org.cxredge.core;

/**
 * A model file that is damaged, foreign or does not give what it should: a line of English for
 * logs and records, and a reason as a key that an app can word in any language.
 */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong, as a person can mend it or not. */
    public enum Why {
        /** The file is not what it was: install the app again. */
        DAMAGED,
        /** The file names what this app does not know: update the app. */
        NEWER,
        /** Its contract and its graph say different things. */
        CONTRADICTS,
        /** The file cannot be opened at all. */
        CANNOT_OPEN,
        /** The interpreter cannot load or run it. */
        CANNOT_RUN,
        /** What comes out is not what the contract promises; the output's name. */
        UNUSABLE_OUTPUT,
        /** A golden input gave another output; the names of the input and of the output. */
        OFF,
        /** No self-check was passed yet. */
        UNCHECKED
    }

    public final Why why;
    private final String[] values;

    public ModelException(Why why, String message, String... values) {
        this(why, message, null, values);
    }

    public ModelException(Why why, String message, Throwable cause, String... values) {
        super(message, cause);
        this.why = why;
        this.values = values.clone();
    }

    /** Names out of the file, for an app's text. */
    public String[] values() {
        return values.clone();
    }

    static ModelException damaged(String message) {
        return new ModelException(Why.DAMAGED, message);
    }

    static ModelException damaged(String message, Throwable cause) {
        return new ModelException(Why.DAMAGED, message, cause);
    }

    static ModelException newer(String message) {
        return new ModelException(Why.NEWER, message);
    }
}
