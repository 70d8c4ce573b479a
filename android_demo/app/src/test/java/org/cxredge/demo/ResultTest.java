package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Intent;
import android.graphics.BitmapFactory;
import android.net.Uri;
import android.view.View;
import android.widget.SeekBar;
import android.widget.Switch;
import android.widget.TextView;
import java.io.File;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.cxredge.core.Decision;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** The screen of one film. */
public final class ResultTest extends ScreenTests {
    private static ActivityController<ResultActivity> open(Session.Entry entry) {
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), ResultActivity.class)
                .setData(entry.uri).putExtra("id", entry.id).putExtra("corners", entry.corners);
        return Robolectric.buildActivity(ResultActivity.class, intent).setup();
    }

    private static String text(Activity screen, int id) {
        return ((TextView) screen.findViewById(id)).getText().toString();
    }

    private static double number(String film, String key) throws Exception {
        return ((Number) expected(film).get(key)).doubleValue();
    }

    private static boolean seen(Activity screen, int id) {
        return screen.findViewById(id).getVisibility() == View.VISIBLE;
    }

    @Test
    public void answersAreThoseOfEdgeInfer() throws Exception {
        for (String name : FILMS) {
            Decision found = read(film(name)).analysis.decision;
            Map<String, Object> wanted = expected(name);
            assertEquals(name, wanted.get("answer"), found.answer.code);
            assertEquals(name, wanted.get("reason"), found.reason);
            assertEquals(name, wanted.get("borderline"), found.borderline);
            // To the bit: both are the float32 of the graph, as a double.
            assertEquals(name, ((Number) wanted.get("score")).doubleValue(), found.score, 0);
            assertEquals(name, ((Number) wanted.get("novelty")).doubleValue(), found.novelty, 0);
        }
    }

    @Test
    public void eachAnswerHasItsScreen() throws Exception {
        for (String name : FILMS) {
            try (ActivityController<ResultActivity> screen = open(read(film(name)))) {
                draw(screen.get(), "result-" + name.replace(".png", ""));
            }
        }
    }

    @Test
    public void heatIsSwitchedAndMadeOpaque() throws Exception {
        try (ActivityController<ResultActivity> controller = open(read(film("above.png")))) {
            ResultActivity screen = controller.get();
            View film = screen.findViewById(R.id.film);
            Switch heat = screen.findViewById(R.id.heat);
            SeekBar slider = screen.findViewById(R.id.opacity);
            assertTrue(film.getContentDescription().toString().contains("heat map"));
            slider.setProgress(100);
            draw(screen, "result-heat-opaque");
            heat.performClick();
            assertFalse(slider.isEnabled());
            assertFalse(film.getContentDescription().toString().contains("heat map"));
            draw(screen, "result-heat-off");
            controller.recreate(); // a phone that was turned
            assertFalse(((Switch) controller.get().findViewById(R.id.heat)).isChecked());
        }
    }

    @Test
    public void aRefusalHasReasonAndNoScore() throws Exception {
        try (ActivityController<ResultActivity> controller = open(read(film("unfamiliar.png")))) {
            ResultActivity screen = controller.get();
            assertEquals("not recognised", text(screen, R.id.answer));
            assertTrue(text(screen, R.id.sentences).startsWith("It is unlike the films"));
            assertFalse(seen(screen, R.id.bar) || seen(screen, R.id.heat_controls));
        }
    }

    @Test
    public void scoreAndThresholdAreSaidInWords() throws Exception {
        try (ActivityController<ResultActivity> controller = open(read(film("borderline.png")))) {
            ResultActivity screen = controller.get();
            String said = text(screen, R.id.sentences);
            double score = number("borderline.png", "score");
            double threshold = number("borderline.png", "threshold");
            String words = score >= threshold
                    ? "The score %.3f is at or above the threshold %.3f."
                    : "The score %.3f is below the threshold %.3f.";
            assertTrue(said, said.startsWith(String.format(Locale.ROOT, words, score, threshold)));
            assertTrue(said, said.contains("Borderline"));
            String digest = (String) ((Map<?, ?>) expected("borderline.png").get("model"))
                    .get("graph_sha256");
            assertTrue(text(screen, R.id.details).contains("Graph " + digest.substring(0, 16)));
            CharSequence bar = screen.findViewById(R.id.bar).getContentDescription();
            words = "Score %.3f on a bar from 0 to 1, with the threshold at %.3f";
            assertEquals(String.format(Locale.ROOT, words, score, threshold), bar.toString());
        }
    }

    @Test
    public void whatCannotBeReadIsSaidInOneLine() throws Exception {
        byte[] whole = bytes("above.png");
        byte[] jpeg;
        try (InputStream in = RuntimeEnvironment.getApplication().getResources()
                .openRawResource(R.raw.known)) {
            jpeg = in.readAllBytes();
        }
        assertNotNull(read(given("whole.jpg", jpeg)).analysis);
        Object[][] cases = {
            {"cut.png", Arrays.copyOf(whole, whole.length / 2), "damaged or cut short"},
            {"paper.pdf", "%PDF-1.7 ...".getBytes("US-ASCII"), "this kind of file (PDF)"},
            {"nothing.png", new byte[0], "empty"},
            {"words.txt", "a letter to somebody".getBytes("US-ASCII"), "no picture that this app"},
            {"half.jpg", Arrays.copyOf(jpeg, jpeg.length / 2), "damaged or cut short"},
            {"cut.jpg", new byte[] {-1, (byte) 0xd8, -1, (byte) 0xe0, 0, 16}, "damaged"},
        };
        for (Object[] one : cases) {
            Session.Entry entry = read(given((String) one[0], (byte[]) one[1]));
            assertNull(entry.analysis);
            assertTrue(error(entry), error(entry).contains((String) one[2]));
            assertFalse(error(entry), error(entry).contains("\n"));
            if (one[0].equals("paper.pdf")) {
                try (ActivityController<ResultActivity> controller = open(entry)) {
                    assertFalse(seen(controller.get(), R.id.share));
                    draw(controller.get(), "result-not-read");
                }
            }
        }
        Session.Entry gone = read(Uri.parse("content://nobody/film.png"));
        assertTrue(error(gone), error(gone).contains("cannot be opened any more"));
    }

    @Test
    public void aPhotographOf50MegapixelsIsReadInBandsOrRefused() throws Exception {
        byte[] large = java.nio.file.Files.readAllBytes(
                new File(System.getProperty("cxr.out"), "large.jpg").toPath());
        ready();
        assertTrue(PhoneDecoding.bandsProved);
        try {
            PhoneDecoding.bandsProved = false;
            Session.Entry refused = read(given("large.jpg", large));
            assertTrue(error(refused), error(refused).contains("more than 16 megapixels"));
            PhoneDecoding.bandsProved = true;
            Session.Entry entry = read(given("large.jpg", large));
            assertNull(error(entry), error(entry));
            assertEquals(8192, entry.analysis.width);
        } finally {
            PhoneDecoding.bandsProved = true;
        }
    }

    @Test
    public void afterTheProcessEndedTheFilmIsReadAgain() throws Exception {
        ready();
        Session.Entry before = read(film("above.png"));
        Intent intent = new Intent(RuntimeEnvironment.getApplication(), ResultActivity.class)
                .setData(before.uri).putExtra("id", before.id);
        Session.ONE.clear(); // what the end of a process does to it
        try (ActivityController<ResultActivity> controller =
                Robolectric.buildActivity(ResultActivity.class, intent).setup()) {
            until("the film", () -> text(controller.get(), R.id.answer).equals("covid"));
            assertTrue(seen(controller.get(), R.id.film));
        }
    }

    @Test
    public void aResultIsSharedAsPictureAndText() throws Exception {
        Session.Entry entry = read(film("above.png"));
        try (ActivityController<ResultActivity> controller = open(entry)) {
            ResultActivity screen = controller.get();
            screen.findViewById(R.id.share).performClick();
            until("the picture", () -> entry.sharing == null);
            Intent chooser = shadowOf(screen).getNextStartedActivity();
            Intent sent = chooser.getParcelableExtra(Intent.EXTRA_INTENT);
            String words = sent.getStringExtra(Intent.EXTRA_TEXT);
            assertTrue(words, words.contains("covid") && words.contains("no diagnosis"));
            Uri address = sent.getParcelableExtra(Intent.EXTRA_STREAM);
            File file = TemporaryFiles.file(screen, address);
            assertTrue(file.length() > 10_000);
            same(BitmapFactory.decodeFile(file.getPath()), "shared");
            TemporaryFiles.clear(screen);
            assertFalse(file.exists());
        }
    }
}
