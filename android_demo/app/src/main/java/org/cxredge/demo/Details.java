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
                context.getString(R.string.detail_size, one.width, one.height),
                context.getString(
                        R.string.detail_time,
                        one.totalMs(), one.decodeMs, one.resizeMs, one.invokeMs),
                context.getString(
                        R.string.detail_novelty,
                        one.decision.novelty, contract.noveltyThreshold),
                context.getString(
                        R.string.detail_model,
                        contract.name, contract.version, contract.precision),
                context.getString(
                        R.string.detail_digest, contract.graphSha256.substring(0, DIGITS)),
                context.getString(R.string.detail_runtime, TfliteGraph.version()));
    }
}
