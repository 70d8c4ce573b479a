package org.cxredge.demo;

import android.app.Activity;
import android.content.Intent;
import android.content.res.Configuration;
import android.os.Bundle;
import android.view.Gravity;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.SeekBar;
import android.widget.Switch;
import android.widget.TextView;
import org.cxredge.core.Decision;

/**
 * One film: its answer, score and threshold, the heat map over it, and what is behind them.
 *
 * <p>Where the process was ended meanwhile the film is read again from its address.
 */
public final class ResultActivity extends FilmScreen {
    private static final String ID = "id";
    private static final String CORNERS = "corners";
    private static final int TWO_COLUMNS = 600; // dp of the screen's width, as layout-w600dp
    private static final int NARROW = 240; // dp of a column, were its text of ordinary size

    private final Runnable changed = this::show;
    private Session.Entry entry;
    private boolean heat = true;
    private int opacity;

    static Intent of(Activity from, Session.Entry entry) {
        return new Intent(from, ResultActivity.class)
                .setData(entry.uri)
                .putExtra(ID, entry.id)
                .putExtra(CORNERS, entry.corners);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.result);
        entry = Session.ONE.entry(state == null ? id() : state.getInt(ID),
                getIntent().getData(), getIntent().getDoubleArrayExtra(CORNERS));
        if (entry == null && getIntent().getData() != null) {
            double[] corners = getIntent().getDoubleArrayExtra(CORNERS);
            entry = Session.ONE.add(this, getIntent().getData(), corners);
        }
        if (entry == null) {
            finish();
            return;
        }
        entry.screens++;
        heat = state == null || state.getBoolean("heat");
        opacity = state == null ? new Settings(this).opacity() : state.getInt("opacity");
        findViewById(R.id.crop).setOnClickListener(
                v -> startActivity(CropActivity.of(this, entry)));
        findViewById(R.id.share).setOnClickListener(v -> share());
        controls();
    }

    private int id() {
        return getIntent().getIntExtra(ID, -1);
    }

    /** Switch and slider stand one above the other where there is no room beside each other. */
    private void stack(LinearLayout controls) {
        Configuration now = getResources().getConfiguration();
        int columns = now.screenWidthDp < TWO_COLUMNS ? 1 : 2;
        if (now.screenWidthDp / (columns * now.fontScale) < NARROW) {
            controls.setOrientation(LinearLayout.VERTICAL);
            controls.setGravity(Gravity.START);
            LinearLayout.LayoutParams whole = new LinearLayout.LayoutParams(
                    LinearLayout.LayoutParams.MATCH_PARENT,
                    LinearLayout.LayoutParams.WRAP_CONTENT);
            controls.getChildAt(1).setLayoutParams(whole);
        }
    }

    private void controls() {
        stack(findViewById(R.id.heat_controls));
        Switch shown = findViewById(R.id.heat);
        shown.setChecked(heat);
        shown.setOnCheckedChangeListener((view, on) -> {
            heat = on;
            showHeat();
        });
        SeekBar slider = findViewById(R.id.opacity);
        slider.setProgress(opacity);
        slider.setOnSeekBarChangeListener(new SeekBar.OnSeekBarChangeListener() {
            @Override
            public void onProgressChanged(SeekBar bar, int value, boolean byHand) {
                opacity = value;
                showHeat();
            }

            @Override
            public void onStartTrackingTouch(SeekBar bar) {}

            @Override
            public void onStopTrackingTouch(SeekBar bar) {
                new Settings(ResultActivity.this).setOpacity(opacity);
            }
        });
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putInt(ID, entry == null ? -1 : entry.id);
        state.putBoolean("heat", heat);
        state.putInt("opacity", opacity);
    }

    @Override
    protected void onStart() {
        super.onStart();
        Session.ONE.listen(changed);
        show();
    }

    @Override
    protected void onStop() {
        Session.ONE.leave(changed);
        super.onStop();
    }

    @Override
    protected void onDestroy() {
        if (entry != null) {
            entry.screens--;
            if (isFinishing()) {
                entry.sharing = null; // closed: nothing is to open above another screen
            }
        }
        super.onDestroy();
    }

    private void show() {
        if (entry == null) {
            return;
        }
        ResultSharing.go(this, entry);
        boolean done = entry.analysis != null;
        boolean failed = entry.failure != null;
        visible(R.id.busy, entry.waiting());
        visible(R.id.film, done);
        visible(R.id.heat_controls, done && entry.analysis.heat != null);
        visible(R.id.legend, done && entry.analysis.heat != null);
        visible(R.id.bar, done && !refused());
        visible(R.id.sentences, !failed);
        visible(R.id.details_card, done);
        visible(R.id.crop, done);
        visible(R.id.share, done);
        TextView share = findViewById(R.id.share);
        share.setText(entry.sharing == null ? R.string.share : R.string.sharing);
        text(R.id.name, entry.name(this));
        if (done) {
            showAnswer();
        } else if (failed) {
            text(R.id.answer, getString(R.string.failed));
            visible(R.id.sentences, true);
            text(R.id.sentences, entry.said(this));
        } else {
            text(R.id.answer, getString(R.string.reading));
            visible(R.id.sentences, false);
        }
    }

    private boolean refused() {
        return entry.analysis.decision.answer == Decision.Answer.NOT_RECOGNISED;
    }

    private void showAnswer() {
        Analysis one = entry.analysis;
        text(R.id.answer, Words.answer(this, one.decision));
        text(R.id.sentences, String.join("\n\n", Words.of(this, one)));
        ScoreBar bar = findViewById(R.id.bar);
        bar.show(one.decision.score, one.decision.threshold);
        FilmView film = findViewById(R.id.film);
        film.show(one.film, one.heat);
        text(R.id.details, Details.of(this, one));
        showHeat();
    }

    private void showHeat() {
        FilmView film = findViewById(R.id.film);
        boolean over = heat && entry.analysis != null && entry.analysis.heat != null;
        film.setOpacity(over ? opacity : 0);
        int words = over ? R.string.film_heat_described : R.string.film_described;
        film.setContentDescription(Words.say(this, words, entry.name(this)));
        findViewById(R.id.opacity).setEnabled(heat);
    }

    private void share() {
        if (entry.sharing == null) { // else it is being made ready
            ResultSharing.begin(this, entry, heat ? opacity : 0);
            show();
        }
    }

    private void text(int id, String words) {
        ((TextView) findViewById(id)).setText(words);
    }

    private void visible(int id, boolean visible) {
        findViewById(id).setVisibility(visible ? View.VISIBLE : View.GONE);
    }
}
