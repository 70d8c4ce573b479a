package org.cxredge.demo;

import android.app.Activity;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import android.os.Bundle;
import android.widget.TextView;
import org.cxredge.core.Corners;
import org.cxredge.core.Film;
import org.cxredge.core.ReadException;

/** The four corners of a film in a photograph; what lies between them becomes a film. */
public final class CropActivity extends FilmScreen {
    private static final String CORNERS = "corners";

    private CropView view;
    private double[] kept; // corners before a rotation, or of the film that is cropped again

    static Intent of(Activity from, Session.Entry entry) {
        return new Intent(from, CropActivity.class)
                .setData(entry.uri)
                .putExtra(CORNERS, entry.corners);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.crop);
        setTitle(R.string.crop);
        view = findViewById(R.id.picture);
        kept = state == null
                ? getIntent().getDoubleArrayExtra(CORNERS) : state.getDoubleArray(CORNERS);
        findViewById(R.id.use).setEnabled(false);
        findViewById(R.id.use).setOnClickListener(v -> use());
        findViewById(R.id.whole).setOnClickListener(v -> view.reset());
        open(getIntent().getData());
    }

    /** The whole picture is read again: it was not kept. */
    private void open(Uri uri) {
        Session.ONE.queue.add(Engine.of(this), getContentResolver(), uri, this::isDestroyed,
                (file, unread, nanos) -> {
                    try {
                        if (unread != null) {
                            throw unread;
                        }
                        show(Films.decode(file));
                    } catch (ReadException error) {
                        runOnUiThread(() -> ((TextView) findViewById(R.id.hint))
                                .setText(Failures.said(this, error)));
                    }
                });
    }

    private void show(Film film) {
        Bitmap picture = Preview.of(film, Preview.LONGEST);
        Corners corners = kept == null
                ? new Corners(film.width, film.height)
                : Corners.of(film.width, film.height, kept);
        runOnUiThread(() -> {
            view.show(picture, corners);
            findViewById(R.id.use).setEnabled(true);
        });
    }

    @Override
    protected void onSaveInstanceState(Bundle state) {
        super.onSaveInstanceState(state);
        Corners corners = view.corners();
        state.putDoubleArray(CORNERS, corners == null ? kept : corners.toArray());
    }

    private void use() {
        Corners corners = view.corners();
        double[] chosen = corners.whole() ? null : corners.toArray();
        Session.Entry entry = Session.ONE.add(this, getIntent().getData(), chosen);
        startActivity(ResultActivity.of(this, entry));
        finish();
    }
}
