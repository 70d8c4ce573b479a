package org.cxredge.demo;

import android.content.Context;
import java.util.Locale;
import org.cxredge.core.FileKind;
import org.cxredge.core.ModelException;
import org.cxredge.core.ReadException;

/**
 * What went wrong, in the phone's language: one text for each reason that the core has.
 *
 * <p>The core's own messages are English; they go to records and logs, never to the screen.
 */
final class Failures {
    private Failures() {}

    /** One line that says what to do; of a `ReadException` or a `ModelException`. */
    static String said(Context context, Exception error) {
        if (error instanceof ReadException) {
            return read((ReadException) error, context);
        }
        return Words.say(context, R.string.error_model, model(context, (ModelException) error));
    }

    /** What is wrong with the model, by itself. */
    static String model(Context context, ModelException error) {
        String[] values = error.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = part(context, values[i]);
        }
        return Words.say(context, id(context, key(error.why)), (Object[]) values);
    }

    /** An output or a golden input of the model in words; its own name where there are none. */
    static String part(Context context, String name) {
        int output = id(context, "output_" + name);
        int known = output != 0 ? output : id(context, "golden_" + name);
        return known == 0 ? name : context.getString(known);
    }

    static String key(ModelException.Why why) {
        return "model_" + why.name().toLowerCase(Locale.ROOT);
    }

    static String key(ReadException.Why why) {
        return "error_" + why.name().toLowerCase(Locale.ROOT);
    }

    private static String read(ReadException error, Context context) {
        String key = key(error.why);
        boolean told = error.why == ReadException.Why.FOREIGN
                || error.why == ReadException.Why.UNSUPPORTED;
        if (told && error.kind == null) {
            key += "_other"; // better nothing on its kind than a word of another language
        }
        return told && error.kind != null
                ? Words.say(context, id(context, key), kind(context, error.kind))
                : context.getString(id(context, key));
    }

    private static String kind(Context context, FileKind kind) {
        return kind.key.equals(FileKind.NAME)
                ? (String) kind.values()[0]
                : Words.say(context, id(context, kind.key), kind.values());
    }

    private static int id(Context context, String key) {
        return Words.id(context.getResources(), key);
    }
}
