package org.cxredge.demo;

import android.app.Activity;
import android.graphics.Bitmap;
import android.graphics.Canvas;
import android.view.LayoutInflater;
import android.view.View;
import android.widget.TextView;
import org.cxredge.core.Decision;

/** A result on one sheet, and the same as text, for people who have not got the app. */
final class ResultSheet {
    private static final int WIDTH = 1080; // pixels

    private ResultSheet() {}

    /** The answer in words, with the notice: nobody gets the one without the other. */
    static String text(Activity screen, Session.Entry entry) {
        Analysis one = entry.analysis;
        return entry.name(screen) + "\n" + Words.answer(screen, one.decision) + "\n"
                + String.join("\n", Words.of(screen, one)) + "\n\n"
                + Details.of(screen, one) + "\n\n" + screen.getString(R.string.notice);
    }

    /** The same on one sheet, film and heat map above it. */
    static Bitmap picture(Activity screen, Session.Entry entry, int opacity) {
        Analysis one = entry.analysis;
        View sheet = LayoutInflater.from(screen).inflate(R.layout.sheet, null);
        FilmView film = sheet.findViewById(R.id.film);
        film.show(one.film, one.heat);
        film.setOpacity(opacity);
        words(sheet, R.id.name, entry.name(screen));
        words(sheet, R.id.answer, Words.answer(screen, one.decision));
        words(sheet, R.id.sentences, String.join("\n", Words.of(screen, one)));
        words(sheet, R.id.details, Details.of(screen, one));
        ScoreBar bar = sheet.findViewById(R.id.bar);
        bar.show(one.decision.score, one.decision.threshold);
        if (one.decision.answer == Decision.Answer.NOT_RECOGNISED) {
            bar.setVisibility(View.GONE);
        }
        sheet.setLayoutDirection(screen.getResources().getConfiguration().getLayoutDirection());
        sheet.measure(
                View.MeasureSpec.makeMeasureSpec(WIDTH, View.MeasureSpec.EXACTLY),
                View.MeasureSpec.makeMeasureSpec(0, View.MeasureSpec.UNSPECIFIED));
        sheet.layout(0, 0, sheet.getMeasuredWidth(), sheet.getMeasuredHeight());
        Bitmap picture = Bitmap.createBitmap(
                sheet.getWidth(), sheet.getHeight(), Bitmap.Config.ARGB_8888);
        sheet.draw(new Canvas(picture));
        return picture;
    }

    private static void words(View sheet, int id, String words) {
        ((TextView) sheet.findViewById(id)).setText(words);
    }
}
