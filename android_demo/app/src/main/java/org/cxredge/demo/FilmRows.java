package org.cxredge.demo;

import android.app.Activity;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.TextView;
import org.cxredge.core.Decision;

/** One film in the list of this session. */
final class FilmRow {
    private FilmRow() {}

    static View of(Activity screen, ViewGroup rows, Session.Entry entry) {
        View row = LayoutInflater.from(screen).inflate(R.layout.row, rows, false);
        String answer = answer(screen, entry);
        ((TextView) row.findViewById(R.id.row_answer)).setText(answer);
        ((TextView) row.findViewById(R.id.row_name)).setText(entry.name);
        ImageView film = row.findViewById(R.id.row_film);
        film.setVisibility(entry.analysis == null ? View.GONE : View.VISIBLE);
        if (entry.analysis != null) {
            film.setImageBitmap(entry.analysis.film);
        }
        row.setContentDescription(Words.say(screen, R.string.row_described, entry.name, answer));
        row.setOnClickListener(v -> screen.startActivity(ResultActivity.of(screen, entry)));
        return row;
    }

    private static String answer(Activity screen, Session.Entry entry) {
        if (entry.error != null) {
            return screen.getString(R.string.failed);
        }
        if (entry.analysis == null) {
            return screen.getString(R.string.waiting);
        }
        Decision one = entry.analysis.decision;
        String answer = Words.answer(screen, one);
        // Never the word alone: a score against a threshold.
        return one.reason != null ? answer
                : Words.say(screen, R.string.row_answer, answer, one.score, one.threshold);
    }
}
