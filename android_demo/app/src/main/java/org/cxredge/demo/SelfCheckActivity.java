package org.cxredge.demo;

import android.os.Bundle;
import android.widget.LinearLayout;
import android.widget.TextView;
import org.cxredge.core.Golden;

/** How the golden inputs came out on this phone, and how its JPEG decoder differs. */
public final class SelfCheckActivity extends CheckedScreen {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.self_check);
        setTitle(R.string.self_check);
        findViewById(R.id.check_again).setOnClickListener(
                v -> Engine.of(this).recheck(new Settings(this).threads()));
    }

    @Override
    void show() {
        Engine.Check check = Engine.of(this).check();
        findViewById(R.id.check_again).setEnabled(check.state != Engine.State.CHECKING);
        LinearLayout rows = findViewById(R.id.checks);
        rows.removeAllViews();
        for (Golden.Result result : check.results) {
            String passed =
                    getString(result.passed ? R.string.check_passed : R.string.check_failed);
            add(rows, R.layout.heading, Words.say(
                    this, R.string.check_row, Failures.part(this, result.name), passed));
            add(rows, R.layout.words, Words.say(this, R.string.check_difference,
                    Failures.part(this, result.output), result.difference, result.tolerance,
                    answer(result.answered)));
        }
        text(R.id.check_family, family(check));
        JpegCheck jpeg = Engine.of(this).jpeg();
        text(R.id.check_jpeg, jpeg == null ? getString(R.string.checking) : jpeg.said(this));
        text(R.id.check_runtime, Words.say(this, R.string.detail_runtime, TfliteGraph.version()));
    }

    private String family(Engine.Check check) {
        if (check.state == Engine.State.REFUSED) {
            return Words.say(this, R.string.not_ready, Failures.model(this, check.why));
        }
        if (check.state == Engine.State.CHECKING) {
            return getString(R.string.checking);
        }
        boolean exact = Engine.FAMILIES[0].equals(check.family);
        return getString(exact ? R.string.check_exact : R.string.check_rounds);
    }

    /** "covid", or "not_recognised (blank)", in the phone's language. */
    private String answer(String code) {
        int id = Words.id(getResources(), "answer_" + code.split("[ (]")[0]);
        return id == 0 ? code : getString(id);
    }

    private void text(int id, String words) {
        ((TextView) findViewById(id)).setText(words);
    }
}
