package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.view.View;
import android.widget.LinearLayout;
import android.widget.TextView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;
import org.robolectric.shadows.ShadowActivity.IntentForResult;

/** Nobody accepts the first screen without having seen how often the model is wrong. */
public final class WelcomeTest extends ScreenTests {
    private final Context app = RuntimeEnvironment.getApplication();
    private Engine right;

    @Before
    public void nothingAccepted() {
        right = Engine.one;
        app.getSharedPreferences("settings", 0).edit().clear().commit();
    }

    @After
    public void rightModel() {
        if (Engine.one != right) {
            Engine.one.worker.shutdown();
            Engine.one = right;
        }
    }

    private static void model(Engine.Source source) {
        Engine.one = new Engine(RuntimeEnvironment.getApplication(), source);
        Engine.one.recheck(1);
    }

    /** The bundled one, which opens when the latch is let go. */
    private static CountDownLatch modelThatIsLate() {
        CountDownLatch opens = new CountDownLatch(1);
        model(() -> {
            try {
                opens.await();
            } catch (InterruptedException error) {
                throw new IOException(error);
            }
            return bundled();
        });
        return opens;
    }

    private static ActivityController<WelcomeActivity> open() {
        Intent intent = WelcomeActivity.first(RuntimeEnvironment.getApplication());
        return Robolectric.buildActivity(WelcomeActivity.class, intent).setup();
    }

    private static String missing(Activity screen) {
        TextView missing = screen.findViewById(R.id.missing);
        return missing.getVisibility() == View.VISIBLE ? missing.getText().toString() : null;
    }

    private static void cannotBeAccepted(Activity screen) {
        View accept = screen.findViewById(R.id.accept);
        assertFalse(accept.isEnabled());
        accept.callOnClick(); // as a test or an assistive app may
        assertFalse(new Settings(screen).accepted());
    }

    private static ByteBuffer bundled() throws IOException {
        return Engine.mapped(RuntimeEnvironment.getApplication().getAssets());
    }

    /** The model with another text of the same length in what it carries. */
    private static ByteBuffer with(String before, String after) throws IOException {
        ByteBuffer mapped = bundled();
        byte[] all = new byte[mapped.remaining()];
        mapped.get(all);
        String text = new String(all, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(before) && before.length() == after.length());
        byte[] changed = text.replace(before, after).getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocateDirect(changed.length).put(changed);
    }

    @Test
    public void itWaitsForTheModel() throws Exception {
        CountDownLatch opens = modelThatIsLate();
        try (ActivityController<WelcomeActivity> controller = open()) {
            WelcomeActivity screen = controller.get();
            assertTrue(missing(screen), missing(screen).startsWith("The model is being read"));
            cannotBeAccepted(screen);
            assertTrue(screen.isFinishing());
        }
        try (ActivityController<WelcomeActivity> controller = open()) {
            WelcomeActivity screen = controller.get();
            opens.countDown();
            until("the figures", () -> screen.findViewById(R.id.accept).isEnabled());
            assertNull(missing(screen));
            LinearLayout shares = screen.findViewById(R.id.shares);
            assertEquals(2, shares.getChildCount());
            String said = ((TextView) shares.getChildAt(0)).getText().toString();
            assertTrue(said, said.matches("Of [0-9]+ films of other pneumonia .* covid: "
                    + "[0-9]+\u00a0% \\(95\u00a0% interval [0-9]+ to [0-9]+\u00a0%\\)\\."));
            screen.findViewById(R.id.accept).performClick();
            assertTrue(new Settings(screen).accepted(
                    Engine.one.check().file.contract.graphSha256));
        }
    }

    @Test
    public void aModelThatCannotBeOpenedIsSaid() throws Exception {
        model(() -> {
            throw new IOException("gone");
        });
        until("the refusal", () -> Engine.one.check().state == Engine.State.REFUSED);
        try (ActivityController<WelcomeActivity> controller = open()) {
            WelcomeActivity screen = controller.get();
            String said = missing(screen);
            assertTrue(said, said.contains("no answers. The model file cannot be opened"));
            draw(screen, "welcome-unread");
            cannotBeAccepted(screen);
        }
    }

    @Test
    public void aDamagedModelIsSaidAndTriedAgain() throws Exception {
        boolean[] damaged = {true};
        model(() -> damaged[0] ? with("MODEL_CARD.md", "MODEL_CARD.mb") : bundled());
        until("the refusal", () -> Engine.one.check().state == Engine.State.REFUSED);
        try (ActivityController<WelcomeActivity> controller = open()) {
            WelcomeActivity screen = controller.get();
            assertTrue(missing(screen), missing(screen).contains("is damaged"));
            damaged[0] = false;
            screen.findViewById(R.id.check_again).performClick();
            until("the figures", () -> screen.findViewById(R.id.accept).isEnabled());
            assertEquals(View.GONE, screen.findViewById(R.id.check_again).getVisibility());
        }
    }

    @Test
    public void rowsWithoutAFigureAreNone() {
        String[] rows = {
            "| pneumonia_other | a | many | 1 | 0.1 (0.0 to 0.2) |",
            "| pneumonia_other | a | 0 | 0 | 0.1 (0.0 to 0.2) |",
            "| pneumonia_other | a | 7 | 9 | 1.3 (0.0 to 0.2) |",
            "| pneumonia_other | a | 7 | 1 | not measured |",
            "| normal | a | 7 | 1 | 0.1 (0.0 to 0.2) |",
        };
        for (String row : rows) {
            assertTrue(row, Card.shares(row, Card.OTHER_PNEUMONIA).isEmpty());
        }
        String good = "| pneumonia_other | a | 7 | 1 | 0.143 (0.026 to 0.513), few films |";
        Card.Share share = Card.shares(good, Card.OTHER_PNEUMONIA).get(0);
        assertEquals(0.513, share.high, 0);
    }

    @Test
    public void anotherModelIsToBeAcceptedAnew() throws Exception {
        new Settings(app).accept("the digest of another");
        Intent sent = new Intent(Intent.ACTION_SEND)
                .putExtra(Intent.EXTRA_STREAM, film("above.png"));
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class, sent).setup()) {
            MainActivity screen = controller.get();
            assertTrue(Session.ONE.entries().isEmpty());
            IntentForResult asked = shadowOf(screen).getNextStartedActivityForResult();
            assertEquals(WelcomeActivity.class.getName(),
                    asked.intent.getComponent().getClassName());
            try (ActivityController<WelcomeActivity> first = open()) {
                TextView accept = first.get().findViewById(R.id.accept);
                assertEquals("I have read this", accept.getText().toString());
                accept.performClick();
            }
            shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, null);
            controller.pause().resume();
            assertEquals(1, Session.ONE.entries().size());
            assertNotNull(shadowOf(screen).getNextStartedActivity());
        }
    }

    @Test
    public void filmsWaitUntilTheModelIsKnown() throws Exception {
        new Settings(app).accept(right.check().file.contract.graphSha256);
        CountDownLatch opens = modelThatIsLate();
        Intent sent = new Intent(Intent.ACTION_SEND)
                .putExtra(Intent.EXTRA_STREAM, film("above.png"));
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class, sent).setup()) {
            assertTrue(Session.ONE.entries().isEmpty());
            opens.countDown();
            until("the film", () -> Session.ONE.entries().size() == 1);
            Session.Entry entry = Session.ONE.entries().get(0);
            until("its answer", () -> !entry.waiting());
        }
    }
}
