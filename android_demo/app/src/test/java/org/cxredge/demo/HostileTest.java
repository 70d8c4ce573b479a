package org.cxredge.demo;

import static org.junit.Assert.assertTrue;

import android.content.Intent;
import android.graphics.Bitmap;
import android.graphics.BitmapFactory;
import android.net.Uri;
import android.os.Bundle;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Random;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.android.controller.ActivityController;

/** Damaged pictures and odd intents, drawn from a seed: each ends in an answer or in one line. */
public final class HostileTest extends ScreenTests {
    private static final int FILMS_PER_KIND = 120;
    private static final int INTENTS = 60;

    private static byte[] as(Bitmap.CompressFormat format, Bitmap picture) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        picture.compress(format, 90, out);
        return out.toByteArray();
    }

    private static byte[] damaged(byte[] whole, Random random) {
        int length = random.nextInt(4) == 0 ? random.nextInt(whole.length) : whole.length;
        byte[] found = java.util.Arrays.copyOf(whole, length);
        int head = Math.min(found.length, random.nextBoolean() ? 64 : found.length);
        for (int i = random.nextInt(8); i >= 0 && head > 0; i--) {
            found[random.nextInt(head)] = (byte) random.nextInt(256);
        }
        return found;
    }

    @Test
    public void damagedPicturesEndInAnAnswerOrALine() throws Exception {
        byte[] png = bytes("unfamiliar.png");
        Bitmap small = Bitmap.createScaledBitmap(
                BitmapFactory.decodeByteArray(png, 0, png.length), 96, 96, true);
        byte[][] kinds = {
            as(Bitmap.CompressFormat.PNG, small),
            as(Bitmap.CompressFormat.JPEG, small),
            as(Bitmap.CompressFormat.WEBP, small),
        };
        Random random = new Random(9);
        int read = 0;
        int refused = 0;
        for (byte[] kind : kinds) {
            for (int i = 0; i < FILMS_PER_KIND; i++) {
                Session.Entry entry = read(given("film", damaged(kind, random)));
                read += entry.analysis != null ? 1 : 0;
                refused += error(entry) != null ? 1 : 0;
                assertTrue((entry.analysis == null) != (error(entry) == null));
                assertTrue(error(entry) == null || error(entry).indexOf('\n') < 0);
            }
        }
        assertTrue(read + " read, " + refused + " not", read > 20 && refused > 20);
        ready(); // and the model still answers
    }

    @Test
    public void oddIntentsStopNothing() throws Exception {
        Random random = new Random(10);
        String[] actions = {Intent.ACTION_SEND, Intent.ACTION_SEND_MULTIPLE, "nobody.KNOWS", null};
        for (int i = 0; i < INTENTS; i++) {
            Intent intent = new Intent(actions[random.nextInt(actions.length)]);
            ArrayList<Object> several = new ArrayList<>();
            for (int k = random.nextInt(5); k >= 0; k--) {
                several.add(odd(random));
            }
            Bundle extras = new Bundle();
            extras.putSerializable(Intent.EXTRA_STREAM, several);
            if (random.nextBoolean()) {
                extras.putParcelable(Intent.EXTRA_STREAM, uri(random));
            }
            intent.putExtras(extras).setData(random.nextBoolean() ? uri(random) : null);
            ready();
            try (ActivityController<MainActivity> controller =
                    Robolectric.buildActivity(MainActivity.class, intent).setup()) {
                for (Session.Entry entry : Session.ONE.entries()) {
                    until("a film", () -> !entry.waiting());
                }
                assertTrue(!controller.get().isFinishing());
            }
            Session.ONE.clear();
        }
    }

    private static Object odd(Random random) {
        Object[] odds = {null, "words", 7, new ArrayList<>(), uri(random), new byte[3]};
        return odds[random.nextInt(odds.length)];
    }

    private static Uri uri(Random random) {
        String[] odds = {
            "", "content:", "content://", "content://nobody/..%2F..", "file:///etc/passwd", "a b",
            "content://org.cxredge.demo.files/../shared_prefs/settings.xml",
            "content://org.cxredge.demo.files/result-1.png", "javascript:0", "content://\u0000/",
        };
        return Uri.parse(odds[random.nextInt(odds.length)]);
    }
}
