package org.cxredge.demo;

import android.content.Context;
import android.content.res.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.cxredge.core.Decision;
import org.cxredge.core.Wording;

/** What the core has to say, in the phone's language. */
final class Words {
    private Words() {}

    /** A string with values, whose numbers are written as its own language does. */
    static String say(Context context, int id, Object... values) {
        // The phone's may be another, which there are no strings of.
        Locale language = Locale.forLanguageTag(context.getString(R.string.language));
        return String.format(language, context.getString(id), values);
    }

    /** The answer, and that it is borderline where it is. */
    static String answer(Context context, Decision decision) {
        String code = "answer_" + decision.answer.code;
        String answer = context.getString(id(context.getResources(), code));
        return decision.borderline
                ? answer + ", " + context.getString(R.string.borderline_short) : answer;
    }

    /** All sentences on a film, but for the answer. */
    static List<String> of(Context context, Analysis one) {
        List<String> said = new ArrayList<>();
        for (Wording.Line line : one.lines) {
            said.add(say(context, id(context.getResources(), line.key), line.values()));
        }
        return said.subList(1, said.size());
    }

    /** The string of a key of the core's; a test sees to it that each is there. */
    static int id(Resources resources, String key) {
        return resources.getIdentifier(key, "string", R.class.getPackage().getName());
    }
}
