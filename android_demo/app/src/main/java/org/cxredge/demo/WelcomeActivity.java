package org.cxredge.demo;

import android.os.Bundle;
import android.widget.LinearLayout;
import android.widget.TextView;
import org.cxredge.core.ModelFile;

/** What the app is and is not; shown until accepted, reachable afterwards. */
public final class WelcomeActivity extends CheckedScreen {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.welcome);
        boolean accepted = new Settings(this).accepted();
        if (getActionBar() != null) {
            getActionBar().setDisplayHomeAsUpEnabled(accepted);
        }
        setTitle(accepted ? R.string.about : R.string.welcome_title);
        TextView accept = findViewById(R.id.accept);
        accept.setText(accepted ? R.string.welcome_back : R.string.welcome_accept);
        accept.setOnClickListener(v -> {
            new Settings(this).accept();
            setResult(RESULT_OK);
            finish();
        });
        findViewById(R.id.card).setOnClickListener(
                v -> startActivity(PageActivity.of(this, PageActivity.CARD)));
    }

    @Override
    void show() {
        ModelFile file = Engine.of(this).check().file;
        LinearLayout lines = findViewById(R.id.shares);
        lines.removeAllViews();
        if (file == null) {
            return;
        }
        boolean any = false;
        for (Card.Share share : Card.shares(file.card, "pneumonia_other")) {
            add(lines, R.layout.words, Words.say(this, R.string.welcome_share, share.films, share.site,
                    share.called, 100.0 * share.called / share.films));
            any = true;
        }
        if (!any) {
            add(lines, R.layout.words, getString(R.string.welcome_share_unknown));
        }
    }
}
