package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import android.app.Activity;
import android.content.Context;
import android.content.Intent;
import android.content.res.Configuration;
import android.content.res.Resources;
import android.view.View;
import android.view.ViewGroup;
import android.widget.TextView;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.cxredge.core.Wording;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** The same screens on other phones and for other people. */
public final class VariantsTest extends ScreenTests {
    private static final String[] VARIANTS = {
        "dark +night",
        "german +de",
        "rtl +ar-ldrtl",
        "tablet +w900dp-h600dp-land-mdpi",
        "tablet-dark +w900dp-h600dp-land-night-mdpi",
        "wide +w640dp-h360dp-land-hdpi",
        "large-text +h1300dp", // 200 % text
        "small +w320dp-h480dp-hdpi", // and 200 % text
    };
    private static final int ANDROID = 1; // the first byte of its ids
    private static final List<String> LARGE = Arrays.asList("large-text", "small");

    /** Every screen with something to push, in each variant. */
    @Test
    public void everyVariantIsDrawn() throws Exception {
        for (String variant : VARIANTS) {
            String name = variant.split(" ")[0];
            RuntimeEnvironment.setQualifiers("en-ldltr-w360dp-h760dp-port-notnight-hdpi");
            RuntimeEnvironment.setQualifiers(variant.split(" ")[1]);
            RuntimeEnvironment.setFontScale(LARGE.contains(name) ? 2 : 1);
            Session.Entry entry = read(film("above.png"));
            Context app = RuntimeEnvironment.getApplication();
            Intent result = new Intent(app, ResultActivity.class)
                    .setData(entry.uri).putExtra("id", entry.id);
            screen(ResultActivity.class, result, name + "-result");
            screen(MainActivity.class, new Intent(Intent.ACTION_MAIN), name + "-start");
            screen(WelcomeActivity.class, new Intent(), name + "-welcome");
            Intent crop = new Intent(app, CropActivity.class).setData(entry.uri);
            screen(CropActivity.class, crop, name + "-crop");
            screen(SelfCheckActivity.class, new Intent(), name + "-self-check");
            screen(SettingsActivity.class, new Intent(), name + "-settings");
            if (!LARGE.contains(name)) { // its digests and files' names fit into no column then
                Intent card = PageActivity.of(app, PageActivity.CARD);
                screen(PageActivity.class, card, name + "-page-card");
            }
            Session.ONE.clear();
        }
    }

    private static <A extends Activity> void screen(Class<A> kind, Intent intent, String name)
            throws Exception {
        try (ActivityController<A> controller = Robolectric.buildActivity(kind, intent).setup()) {
            View all = controller.get().getWindow().getDecorView();
            View crop = controller.get().findViewById(R.id.picture);
            if (crop != null) {
                until("the picture", () -> ((CropView) crop).corners() != null);
                double share = (double) crop.getWidth() * crop.getHeight()
                        / all.getWidth() / all.getHeight();
                assertTrue(name + " has no room for the picture: " + share, share > 0.4);
            }
            draw(controller.get(), name);
            checkTargets(all, name, all.getResources().getDisplayMetrics().density);
            checkTexts(all, name);
        }
    }

    /** Whatever can be pushed has 48 dp either way and tells what it is. */
    private static void checkTargets(View view, String name, float dp) {
        if (view.isClickable() && view.isShown() && view.getWidth() > 0 && !bar(view)) {
            String who = name + ": " + view;
            assertTrue(who, view.getHeight() >= 48 * dp - 1 && view.getWidth() >= 48 * dp - 1);
            boolean said = view.getContentDescription() != null
                    || view instanceof TextView && ((TextView) view).length() > 0;
            assertTrue(who + " says nothing", said);
        }
        if (view instanceof ViewGroup) {
            for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
                checkTargets(((ViewGroup) view).getChildAt(i), name, dp);
            }
        }
    }

    /** Android's own, as scroll views are. */
    private static boolean bar(View view) {
        return view.getId() == View.NO_ID || view instanceof android.widget.ScrollView
                || view.getId() >>> 24 == ANDROID;
    }

    /** No text is cut off: what is in one line fits, but for names of files. */
    private static void checkTexts(View view, String name) {
        if (view instanceof TextView && view.isShown() && ((TextView) view).getLayout() != null) {
            TextView text = (TextView) view;
            int needed = text.getLayout().getHeight() + text.getCompoundPaddingTop()
                    + text.getCompoundPaddingBottom();
            assertTrue(name + ": " + text.getText() + " is cut off",
                    text.getHeight() >= needed || text.getEllipsize() != null);
            checkWords(text, name);
        }
        if (view instanceof ViewGroup) {
            for (int i = 0; i < ((ViewGroup) view).getChildCount(); i++) {
                checkTexts(((ViewGroup) view).getChildAt(i), name);
            }
        }
    }

    /** No word is torn: a column too narrow for one is too narrow. */
    private static void checkWords(TextView text, String name) {
        CharSequence words = text.getLayout().getText();
        for (int i = 0; i + 1 < text.getLayout().getLineCount(); i++) {
            int end = text.getLayout().getLineEnd(i);
            boolean torn = end < words.length() && Character.isLetter(words.charAt(end - 1))
                    && Character.isLetter(words.charAt(end));
            assertTrue(name + ": a word is torn in " + words, !torn);
        }
    }

    private static Resources in(String language) {
        Context app = RuntimeEnvironment.getApplication();
        Configuration changed = new Configuration(app.getResources().getConfiguration());
        changed.setLocale(new Locale(language));
        return app.createConfigurationContext(changed).getResources();
    }

    private static List<String> values(String text) {
        List<String> found = new ArrayList<>();
        Matcher value = Pattern.compile("%[0-9]\\$[.0-9]*[dsfg]").matcher(text);
        while (value.find()) {
            found.add(value.group());
        }
        java.util.Collections.sort(found);
        return found;
    }

    @Test
    public void bothLanguagesAreComplete() throws Exception {
        Resources english = in("en");
        Resources german = in("de");
        int same = 0;
        int count = 0;
        for (Field field : R.string.class.getFields()) {
            String one = english.getString(field.getInt(null));
            String other = german.getString(field.getInt(null));
            assertEquals(field.getName(), values(one), values(other));
            same += one.equals(other) ? 1 : 0;
            count++;
        }
        // The app's name, the two classes, and lines of names and numbers alone.
        assertTrue(same + " of " + count + " are not translated", same <= 7);
        for (String key : Wording.KEYS) {
            assertTrue(key, Words.id(english, key) != 0);
        }
        ready();
        assertEquals(
                Engine.of(RuntimeEnvironment.getApplication()).check().file.contract.notice,
                english.getString(R.string.notice));
    }

    @Test
    public void theShareOfOtherPneumoniaIsThatOfTheCard() {
        ready();
        String card = Engine.of(RuntimeEnvironment.getApplication()).check().file.card;
        List<Card.Share> shares = Card.shares(card, "pneumonia_other");
        assertEquals(2, shares.size());
        for (Card.Share share : shares) {
            String row = String.join(" | ", "| pneumonia_other", share.site,
                    String.valueOf(share.films), String.valueOf(share.called), "");
            assertTrue(row, card.contains(row));
        }
    }
}
