package org.cxredge.demo;

import android.content.Context;
import org.cxredge.core.Contract;

/** What stands behind an answer, a line each. */
final class Details {
    static final int DIGITS = 16; // of the graph's digest; the model card's page has all 64

    private Details() {}

    static String of(Context context, Analysis one) {
        Contract contract = one.contract;
        return String.join(
                "\n",
                Words.say(context, R.string.detail_size, one.width, one.height),
                Words.say(context, R.string.detail_time,
                        one.totalMs(), one.decodeMs, one.resizeMs, one.invokeMs),
                Words.say(context, R.string.detail_novelty,
                        one.decision.novelty, contract.noveltyThreshold),
                Words.say(context, R.string.detail_model,
                        contract.name, contract.version, contract.precision),
                Words.say(context, R.string.detail_digest,
                        contract.graphSha256.substring(0, DIGITS)),
                Words.say(context, R.string.detail_runtime, TfliteGraph.version()));
    }
}
