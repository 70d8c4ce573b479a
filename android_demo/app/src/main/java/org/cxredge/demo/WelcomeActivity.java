package org.cxredge.demo;

import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.text.TextUtils;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.util.ArrayList;
import java.util.List;
import org.cxredge.core.ModelFile;

/**
 * What the app is and is not; shown until accepted, reachable afterwards.
 *
 * <p>Accepting it is for whoever has seen how often the model is wrong: until those figures stand
 * there, and where they cannot be had, there is nothing to accept.
 */
public final class WelcomeActivity extends CheckedScreen {
    private static final String FIRST = "first";

    private List<String> told = new ArrayList<>();
    private boolean first; // whether it is to be accepted; else it is read once more

    /** As the first screen, which gives `RESULT_OK` where it was accepted. */
    static Intent first(Context from) {
        return new Intent(from, WelcomeActivity.class).putExtra(FIRST, true);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.welcome);
        first = getIntent().getBooleanExtra(FIRST, false) || !new Settings(this).accepted();
        if (getActionBar() != null) {
            getActionBar().setDisplayHomeAsUpEnabled(!first);
        }
        setTitle(first ? R.string.welcome_title : R.string.about);
        TextView accept = findViewById(R.id.accept);
        accept.setText(first ? R.string.welcome_accept : R.string.welcome_back);
        accept.setOnClickListener(v -> accept());
        findViewById(R.id.check_again).setOnClickListener(
                v -> Engine.of(this).recheck(new Settings(this).threads()));
        findViewById(R.id.card).setOnClickListener(
                v -> startActivity(PageActivity.of(this, PageActivity.CARD)));
    }

    private void accept() {
        ModelFile file = Engine.of(this).check().file;
        if (first && file != null && !told.isEmpty()) {
            new Settings(this).accept(file.contract.graphSha256);
            setResult(RESULT_OK);
        }
        finish();
    }

    @Override
    void show() {
        Engine.Check check = Engine.of(this).check();
        List<String> lines = shares(check.file);
        if (!lines.equals(told)) { // what stands there keeps a screen reader's focus
            told = lines;
            LinearLayout rows = findViewById(R.id.shares);
            rows.removeAllViews();
            for (String line : lines) {
                add(rows, R.layout.words, line);
            }
        }
        String missing = missing(check);
        TextView said = findViewById(R.id.missing);
        said.setVisibility(missing == null ? View.GONE : View.VISIBLE);
        if (!TextUtils.equals(missing, said.getText())) {
            said.setText(missing);
        }
        boolean refused = missing != null && check.state == Engine.State.REFUSED;
        findViewById(R.id.check_again).setVisibility(refused ? View.VISIBLE : View.GONE);
        findViewById(R.id.accept).setEnabled(missing == null || !first);
    }

    private List<String> shares(ModelFile file) {
        List<String> lines = new ArrayList<>();
        if (file != null) {
            for (Card.Share share : Card.shares(file.card, Card.OTHER_PNEUMONIA)) {
                String site = site(share.site);
                lines.add(Words.say(this, R.string.welcome_share, share.films, site, share.called,
                        100.0 * share.called / share.films, 100 * share.low, 100 * share.high));
            }
        }
        return lines;
    }

    /** Why the figures are not there; null where they are. */
    private String missing(Engine.Check check) {
        if (!told.isEmpty()) {
            return null;
        }
        if (check.state == Engine.State.CHECKING) {
            return getString(R.string.welcome_share_waiting);
        }
        return check.file != null ? getString(R.string.welcome_share_unknown)
                : Words.say(this, R.string.welcome_share_unread, Failures.model(this, check.why));
    }

    private String site(String code) {
        int id = Words.id(getResources(), "site_" + code);
        return id == 0 ? code : getString(id);
    }
}
