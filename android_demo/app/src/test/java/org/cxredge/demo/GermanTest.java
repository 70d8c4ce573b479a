package org.cxredge.demo;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import android.content.Context;
import android.content.res.Configuration;
import android.content.res.Resources;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.cxredge.core.FileKind;
import org.cxredge.core.ModelException;
import org.cxredge.core.ReadException;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.robolectric.Robolectric;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.android.controller.ActivityController;

/** What goes wrong is said in the phone's language: none of the core's English on a screen. */
public final class GermanTest extends ScreenTests {
    private static final String SECRET = "core's own English";
    private Engine right;

    @Before
    public void german() {
        right = Engine.one;
        RuntimeEnvironment.setQualifiers("+de");
    }

    @After
    public void rightModel() {
        if (Engine.one != right) {
            Engine.one.worker.shutdown();
            Engine.one = right;
        }
    }

    private static Context in(String language) {
        Context app = RuntimeEnvironment.getApplication();
        Configuration changed = new Configuration(app.getResources().getConfiguration());
        changed.setLocale(new Locale(language));
        return app.createConfigurationContext(changed);
    }

    private static void translated(String key) {
        Resources english = in("en").getResources();
        Resources german = in("de").getResources();
        int id = Words.id(english, key);
        assertNotEquals(key + " has no text", 0, id);
        assertNotEquals(key, english.getString(id), german.getString(id));
    }

    @Test
    public void everyReasonAndKindIsInBothLanguages() {
        for (ReadException.Why why : ReadException.Why.values()) {
            translated(Failures.key(why));
        }
        translated("error_foreign_other");
        translated("error_unsupported_other");
        for (ModelException.Why why : ModelException.Why.values()) {
            translated(Failures.key(why));
        }
        for (String key : FileKind.KEYS) {
            translated(key);
        }
        for (String output : org.cxredge.core.Contract.OUTPUTS) {
            translated("output_" + output);
        }
        for (org.cxredge.core.Golden.Item item : right.check().file.golden.items) {
            translated("golden_" + item.name);
        }
    }

    @Test
    public void noMessageOfTheCoreIsShown() {
        List<Exception> all = new ArrayList<>();
        for (ReadException.Why why : ReadException.Why.values()) {
            all.add(new ReadException(why, SECRET));
        }
        for (ModelException.Why why : ModelException.Why.values()) {
            all.add(new ModelException(why, SECRET, "between", "heatmap"));
        }
        for (Exception error : all) {
            String said = Failures.said(in("de"), error);
            assertFalse(said, said.contains(SECRET) || said.contains("heatmap"));
            assertNotEquals(said, Failures.said(in("en"), error));
        }
    }

    @Test
    public void filmsThatAreNotReadAreSaidInGerman() throws Exception {
        Object[][] cases = {
            {"%PDF-1.7", "(PDF)"},
            {"PK\3\4", "(ZIP-Archiv)"},
            {"II+\0", "(BigTIFF)"},
            {"P1 1 1", "(PGM oder PBM, das nicht aus Bytes besteht)"},
        };
        for (Object[] one : cases) {
            byte[] data = ((String) one[0]).getBytes("ISO-8859-1");
            Session.Entry entry = read(given("film", Arrays.copyOf(data, 600)));
            String said = error(entry);
            assertTrue(said, said.contains((String) one[1]));
            assertTrue(said, said.contains("liest die App nicht"));
            // Turned to English meanwhile: words are found when they are shown.
            assertTrue(entry.said(in("en")).contains("does not read"));
        }
    }

    @Test
    public void whatThePhoneCannotHoldIsSaidInGerman() throws Exception {
        // Progressive, and larger than any phone's memory: refused by what it claims.
        String claims = "\u00ff\u00d8\u00ff\u00c2\0\21\10\177\377\177\377\3\1\42\0\2\21\1\3\21\1"
                + "\u00ff\u00da\0\14\3\1\0\2\21\3\21\0\77\0data\u00ff\u00d9";
        assertSaid("progressives JPEG", claims.getBytes("ISO-8859-1"));
        boolean proved = PhoneDecoding.bandsProved;
        PhoneDecoding.bandsProved = false;
        try {
            File large = new File(System.getProperty("cxr.out"), "large.jpg");
            assertSaid("mehr als 16 Megapixeln", Files.readAllBytes(large.toPath()));
        } finally {
            PhoneDecoding.bandsProved = proved;
        }
        // A bilevel BMP of four bits: of the colours that its palette may have only two.
        assertSaid("(BMP mit 4 Bit, nur schwarz und weiß)", bilevel());
    }

    private static void assertSaid(String words, byte[] data) throws Exception {
        String said = error(read(given("film", data)));
        assertTrue(said, said.contains(words));
    }

    private static byte[] bilevel() {
        ByteBuffer file = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'B').put((byte) 'M').putInt(200).putInt(0).putInt(62);
        file.putInt(40).putInt(8).putInt(8).putShort((short) 1).putShort((short) 4).putInt(0);
        file.putInt(0).putInt(0).putInt(0).putInt(2).putInt(0).putInt(0).putInt(0xffffff);
        return file.array();
    }

    @Test
    public void aModelThatCannotBeOpenedIsSaidInGerman() throws Exception {
        Engine.one = new Engine(RuntimeEnvironment.getApplication(), () -> {
            throw new IOException(SECRET);
        });
        Engine.one.recheck(1);
        until("the refusal", () -> Engine.one.check().state == Engine.State.REFUSED);
        until("the JPEG", () -> Engine.one.jpeg() != null);
        try (ActivityController<MainActivity> controller =
                Robolectric.buildActivity(MainActivity.class).setup()) {
            android.widget.TextView status = controller.get().findViewById(R.id.status);
            assertEquals("Selbsttest nicht bestanden. Auf diesem Telefon gibt es keine Ergebnisse."
                    + " Die Modelldatei lässt sich nicht öffnen. Installieren Sie die App neu.",
                    status.getText().toString());
        }
        try (ActivityController<SelfCheckActivity> controller =
                Robolectric.buildActivity(SelfCheckActivity.class).setup()) {
            android.widget.TextView jpeg = controller.get().findViewById(R.id.check_jpeg);
            assertFalse(jpeg.getText().toString().contains(SECRET));
            assertTrue(jpeg.getText().toString().contains("lässt sich nicht öffnen"));
        }
    }
}
