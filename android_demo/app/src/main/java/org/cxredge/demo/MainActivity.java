package org.cxredge.demo;

import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Intent;
import android.graphics.Typeface;
import android.net.Uri;
import android.os.Bundle;
import android.provider.MediaStore;
import android.view.View;
import android.widget.TextView;
import android.widget.Toast;
import java.util.Collections;
import java.util.List;
import org.cxredge.core.Contract;

/** The start: choose, photograph or be given films, and the list of those of this session. */
public final class MainActivity extends Screen {
    static final int PICK = 1;
    static final int PHOTOGRAPH = 2;
    private static final int FIRST_SCREEN = 3;

    private final Runnable changed = this::show;
    private Uri photograph; // where the camera app is writing
    private boolean given; // whether the films of the intent have been taken up
    private boolean asking; // whether the first screen is open
    private boolean resumed;

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        if (state != null) {
            photograph = state.getParcelable("photograph");
            given = state.getBoolean("given");
        } else if (Session.ONE.entries().isEmpty() && !HeldFiles.others(this)) {
            TemporaryFiles.clear(this);
        }
        TemporaryFiles.start(this);
        findViewById(R.id.open_film).setOnClickListener(v -> pick());
        findViewById(R.id.take_photograph).setOnClickListener(v -> photograph());
        findViewById(R.id.films_clear).setOnClickListener(v -> {
            Session.ONE.clear();
            TemporaryFiles.clear(this);
        });
        link(R.id.about, new Intent(this, WelcomeActivity.class));
        link(R.id.model_card, PageActivity.of(this, PageActivity.CARD));
        link(R.id.licence, PageActivity.of(this, PageActivity.LICENCE));
        link(R.id.self_check, new Intent(this, SelfCheckActivity.class));
        link(R.id.settings, new Intent(this, SettingsActivity.class));
    }

    private void link(int id, Intent screen) {
        findViewById(id).setOnClickListener(v -> startActivity(screen));
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putParcelable("photograph", photograph);
        state.putBoolean("given", given);
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        setIntent(intent);
        given = false;
    }

    @Override
    protected void onStart() {
        super.onStart();
        Engine.of(this).listen(changed);
        Session.ONE.listen(changed);
    }

    @Override
    protected void onStop() {
        Engine.of(this).leave(changed);
        Session.ONE.leave(changed);
        super.onStop();
    }

    @Override
    protected void onResume() {
        super.onResume();
        resumed = true;
        show();
    }

    @Override
    protected void onPause() {
        resumed = false;
        super.onPause();
    }

    /**
     * Films wait for the first screen, and for the model to be known: another model than the one
     * that was accepted is wrong at other times, which is to be read first.
     */
    private void proceed(Engine.Check check) {
        Settings settings = new Settings(this);
        boolean accepted = check.file == null ? settings.accepted()
                : settings.accepted(check.file.contract.graphSha256);
        if (!accepted) {
            if (!asking) {
                asking = true;
                startActivityForResult(WelcomeActivity.first(this), FIRST_SCREEN);
            }
        } else if (!given && check.state != Engine.State.CHECKING) {
            given = true;
            take(Shared.films(getIntent()), Shared.sent(getIntent()));
        }
    }

    private void pick() {
        Intent wanted = new Intent(Intent.ACTION_OPEN_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("*/*") // DICOM has a type of its own, or none
                .putExtra(Intent.EXTRA_MIME_TYPES, Shared.TYPES)
                .putExtra(Intent.EXTRA_ALLOW_MULTIPLE, true);
        ask(wanted, PICK, R.string.no_picker);
    }

    private void photograph() {
        photographDone(); // of a camera app that never came back
        photograph = TemporaryFiles.fresh(this, "photograph");
        HeldFiles.hold(this, photograph);
        Intent wanted = new Intent(MediaStore.ACTION_IMAGE_CAPTURE)
                .putExtra(MediaStore.EXTRA_OUTPUT, photograph)
                .addFlags(Intent.FLAG_GRANT_WRITE_URI_PERMISSION);
        wanted.setClipData(ClipData.newRawUri("", photograph));
        if (!ask(wanted, PHOTOGRAPH, R.string.no_camera)) {
            photographDone();
        }
    }

    private boolean ask(Intent wanted, int code, int otherwise) {
        try {
            startActivityForResult(wanted, code);
            return true;
        } catch (ActivityNotFoundException | SecurityException error) {
            say(otherwise);
            return false;
        }
    }

    /** It belongs to a film of the session now, or to nobody, whether it was written or not. */
    private void photographDone() {
        HeldFiles.release(this, photograph);
        photograph = null;
        TemporaryFiles.prune(this);
    }

    /** Closed, and not made anew: what was in passing goes with the films. */
    @Override
    protected void onDestroy() {
        if (isFinishing()) {
            photographDone();
        }
        if (isFinishing() && isTaskRoot()) {
            Session.ONE.clear();
            TemporaryFiles.clear(this);
        }
        super.onDestroy();
    }

    @Override
    protected void onActivityResult(int code, int result, Intent data) {
        super.onActivityResult(code, result, data);
        if (code == FIRST_SCREEN) {
            asking = false;
            if (result != RESULT_OK) {
                finish();
            }
        } else if (result == RESULT_OK && code == PICK && data != null) {
            take(Shared.films(data), true);
        } else if (code == PHOTOGRAPH && photograph != null) {
            if (result == RESULT_OK) {
                take(Collections.singletonList(photograph), true);
            }
            photographDone();
        }
    }

    /** Films begin to be read; one alone is shown at once. */
    private void take(List<Uri> films, boolean sent) {
        if (films.isEmpty()) {
            if (sent) {
                say(R.string.nothing_shared);
            }
            return;
        }
        if (films.size() > Session.MOST) {
            String words = Words.say(this, R.string.too_many, films.size(), Session.MOST);
            Toast.makeText(this, words, Toast.LENGTH_LONG).show();
            films = films.subList(0, Session.MOST);
        }
        Session.Entry entry = null;
        for (Uri film : films) {
            entry = Session.ONE.add(this, film, null);
        }
        if (films.size() == 1) {
            startActivity(ResultActivity.of(this, entry));
        }
    }

    private void show() {
        Engine.Check check = Engine.of(this).check();
        if (resumed) {
            proceed(check);
        }
        TextView status = findViewById(R.id.status);
        if (check.state == Engine.State.READY) {
            Contract contract = check.file.contract;
            status.setText(Words.say(this, R.string.ready, contract.name, contract.version));
        } else if (check.state == Engine.State.REFUSED) {
            status.setText(Words.say(
                    this, R.string.not_ready, Failures.model(this, check.why)));
        } else {
            status.setText(R.string.checking);
        }
        boolean ready = check.state == Engine.State.READY;
        boolean refused = check.state == Engine.State.REFUSED;
        status.setTextColor(getColor(refused ? R.color.words : R.color.faint));
        status.setTypeface(null, refused ? Typeface.BOLD : Typeface.NORMAL);
        findViewById(R.id.open_film).setEnabled(ready);
        findViewById(R.id.take_photograph).setEnabled(ready);
        List<Session.Entry> entries = Session.ONE.entries();
        visible(R.id.films_none, entries.isEmpty());
        visible(R.id.films_clear, !entries.isEmpty());
        FilmRows.update(this, findViewById(R.id.films), entries);
    }

    private void visible(int id, boolean visible) {
        findViewById(id).setVisibility(visible ? View.VISIBLE : View.GONE);
    }
}
