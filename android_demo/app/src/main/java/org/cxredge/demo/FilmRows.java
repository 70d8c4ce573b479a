package org.cxredge.demo;

import android.app.Activity;
import android.graphics.Bitmap;
import android.text.TextUtils;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.TextView;
import java.util.List;
import org.cxredge.core.Decision;

/**
 * The films of this session as rows, a view each for as long as the film is there.
 *
 * <p>A view that is taken away and made anew loses the focus of a screen reader and of a keyboard:
 * a row is changed where it stands, and only in what is new.
 */
final class FilmRows {
    private FilmRows() {}

    /** Makes the rows those of the films, in their order. */
    static void update(Activity screen, ViewGroup rows, List<Session.Entry> entries) {
        for (int i = rows.getChildCount() - 1; i >= 0; i--) {
            if (!entries.contains(rows.getChildAt(i).getTag())) {
                rows.removeViewAt(i);
            }
        }
        for (int i = 0; i < entries.size(); i++) {
            Session.Entry entry = entries.get(i);
            View row = i < rows.getChildCount() ? rows.getChildAt(i) : null;
            if (row == null || row.getTag() != entry) { // films keep their order: it is a new one
                row = made(screen, rows, entry);
                rows.addView(row, i);
            }
            fill(screen, row, entry);
        }
    }

    private static View made(Activity screen, ViewGroup rows, Session.Entry entry) {
        View row = LayoutInflater.from(screen).inflate(R.layout.row, rows, false);
        row.setTag(entry);
        row.setOnClickListener(v -> screen.startActivity(ResultActivity.of(screen, entry)));
        return row;
    }

    private static void fill(Activity screen, View row, Session.Entry entry) {
        String answer = answer(screen, entry);
        String name = entry.name(screen);
        String all = Words.say(screen, R.string.row_described, name, answer);
        if (TextUtils.equals(all, row.getContentDescription())) {
            return;
        }
        row.setContentDescription(all);
        ((TextView) row.findViewById(R.id.row_answer)).setText(answer);
        ((TextView) row.findViewById(R.id.row_name)).setText(name);
        ImageView film = row.findViewById(R.id.row_film);
        Bitmap picture = entry.analysis == null ? null : entry.analysis.film;
        film.setVisibility(picture == null ? View.GONE : View.VISIBLE);
        film.setImageBitmap(picture);
    }

    private static String answer(Activity screen, Session.Entry entry) {
        if (entry.failure != null) {
            return Words.say(screen, R.string.row_refused, screen.getString(R.string.failed),
                    Failures.said(screen, entry.failure));
        }
        if (entry.analysis == null) {
            return screen.getString(R.string.waiting);
        }
        Decision one = entry.analysis.decision;
        String answer = Words.answer(screen, one);
        // Never the word alone: a score against a threshold, or why there is none.
        return one.reason != null
                ? Words.say(screen, R.string.row_refused, answer,
                        Words.of(screen, entry.analysis).get(0))
                : Words.say(screen, R.string.row_answer, answer, one.score, one.threshold);
    }
}
