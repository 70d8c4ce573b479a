package org.cxredge.core;

/** A model file that is damaged, foreign or does not give what it should; one line of English. */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
