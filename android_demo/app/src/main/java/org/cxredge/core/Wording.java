package org.cxredge.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * What is said of a decision, as keys of an app's texts and the numbers in them: a score set
 * against a threshold, never a diagnosis or advice.
 */
public final class Wording {
    /** Every key there is, so that a test can see that each language has them. */
    public static final List<String> KEYS = Collections.unmodifiableList(Arrays.asList(
            "answer_covid", "answer_normal", "answer_not_recognised", "score_at_or_above",
            "score_below", "borderline", "no_answer_to_explain", "heatmap_empty",
            "reason_too_small", "reason_elongated", "reason_colour", "reason_blank",
            "reason_noise", "reason_unfamiliar", "turned_left", "turned_upside_down",
            "turned_right"));

    private Wording() {}

    /** One line: a key, and the numbers that stand in its text. */
    public static final class Line {
        public final String key;
        private final Object[] values;

        private Line(String key, Double... values) {
            this.key = key;
            this.values = values;
        }

        /** For `Resources.getString(id, values)` or `String.format`. */
        public Object[] values() {
            return values.clone();
        }
    }

    /** The lines in the order in which they are said. A refusal is given no number. */
    public static List<Line> of(Decision decision, Outputs outputs) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("answer_" + decision.answer.code));
        if (decision.reason != null) {
            lines.add(new Line("reason_" + decision.reason));
            turned(decision, lines);
            lines.add(new Line("no_answer_to_explain"));
            return lines;
        }
        boolean above = decision.score >= decision.threshold;
        lines.add(new Line(above ? "score_at_or_above" : "score_below", decision.score,
                decision.threshold));
        if (decision.borderline) {
            lines.add(new Line("borderline"));
        }
        turned(decision, lines);
        if (HeatMap.most(outputs.heatmap) <= 0) {
            lines.add(new Line("heatmap_empty"));
        }
        return lines;
    }

    private static void turned(Decision decision, List<Line> lines) {
        if (decision.turned != null) {
            lines.add(new Line("turned_" + decision.turned));
        }
    }
}
