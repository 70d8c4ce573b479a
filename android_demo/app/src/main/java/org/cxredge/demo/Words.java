package org.cxredge.demo;

import android.content.Context;
import android.content.res.Resources;
import java.util.ArrayList;
import java.util.List;
import org.cxredge.core.Decision;
import org.cxredge.core.Wording;

/** What the core has to say, in the phone's language. */
final class Words {
    private Words() {}

    static int answer(Decision decision) {
        switch (decision.answer) {
            case COVID:
                return R.string.answer_covid;
            case NORMAL:
                return R.string.answer_normal;
            default:
                return R.string.answer_not_recognised;
        }
    }

    /** All sentences on a film, the answer first. */
    static List<String> of(Context context, Analysis one) {
        List<String> said = new ArrayList<>();
        for (Wording.Line line : one.lines) {
            said.add(context.getString(id(context.getResources(), line.key), line.values()));
        }
        return said;
    }

    /** The string of a key of the core's; a test sees to it that each is there. */
    static int id(Resources resources, String key) {
        return resources.getIdentifier(key, "string", R.class.getPackage().getName());
    }
}
