package org.cxredge.demo;

import android.net.Uri;
import android.os.Bundle;
import java.util.ArrayList;

/** A screen of one film, whose files in passing stay as long as Android may bring it back. */
abstract class FilmScreen extends Screen {
    private static final String HELD = "held";

    private ArrayList<Uri> held = new ArrayList<>();

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        if (state == null) {
            hold(getIntent().getData());
        } else if (state.getParcelableArrayList(HELD) != null) {
            held = state.getParcelableArrayList(HELD);
        }
        TemporaryFiles.start(this);
    }

    /** Keeps a file until this screen is closed, whatever becomes of the process. */
    final void hold(Uri uri) {
        if (uri != null) {
            held.add(uri);
            HeldFiles.hold(this, uri);
        }
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        state.putParcelableArrayList(HELD, held);
    }

    @Override
    protected void onDestroy() {
        if (isFinishing()) {
            for (Uri uri : held) {
                HeldFiles.release(this, uri);
            }
            TemporaryFiles.prune(this);
        }
        super.onDestroy();
    }
}
