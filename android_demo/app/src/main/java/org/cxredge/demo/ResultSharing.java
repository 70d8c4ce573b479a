package org.cxredge.demo;

import android.content.ActivityNotFoundException;
import android.content.ClipData;
import android.content.Context;
import android.content.Intent;
import android.graphics.Bitmap;
import android.net.Uri;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A result on its way to another app that a person chooses, as a picture and as text.
 *
 * <p>The picture is compressed and written on a thread of its own. The film holds the errand, and
 * whichever screen shows the film when it is done opens the share sheet: the one that asked may
 * have been turned meanwhile, or closed.
 */
final class ResultSharing {
    private final Uri address;
    private final String text;
    private boolean done;
    private boolean written;

    private ResultSharing(Uri address, String text) {
        this.address = address;
        this.text = text;
    }

    /** Begins; `opacity` 0 leaves the heat map out. The session tells when it is done. */
    static void begin(FilmScreen screen, Session.Entry entry, int opacity) {
        Uri address = TemporaryFiles.fresh(screen, "result");
        ResultSharing sharing = new ResultSharing(address, ResultSheet.text(screen, entry));
        entry.sharing = sharing;
        entry.shared.add(address);
        screen.hold(address);
        Bitmap picture = ResultSheet.picture(screen, entry, opacity);
        File file = TemporaryFiles.file(screen, address);
        Context app = screen.getApplicationContext();
        Errands.PICTURES.run(() -> write(picture, file), written -> {
            sharing.done = true;
            sharing.written = written;
            if (entry.sharing != sharing || !written) { // nobody waits for it any more
                entry.shared.remove(address);
            }
            TemporaryFiles.prune(app); // also where the film was forgotten while it was written
            Session.ONE.tell();
        });
    }

    /** Where a picture is done: the share sheet, or a word on why there is none. */
    static void go(Screen screen, Session.Entry entry) {
        ResultSharing one = entry.sharing;
        if (one == null || !one.done) {
            return;
        }
        entry.sharing = null;
        if (one.written) {
            one.send(screen);
        } else {
            screen.say(R.string.share_failed);
        }
    }

    private void send(Screen screen) {
        Intent sent = new Intent(Intent.ACTION_SEND)
                .setType("image/png")
                .putExtra(Intent.EXTRA_STREAM, address)
                .putExtra(Intent.EXTRA_SUBJECT, screen.getString(R.string.shared_subject))
                .putExtra(Intent.EXTRA_TEXT, text)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION);
        sent.setClipData(ClipData.newRawUri("", address));
        try {
            screen.startActivity(Intent.createChooser(sent, screen.getString(R.string.share)));
        } catch (ActivityNotFoundException error) {
            screen.say(R.string.share_failed);
        }
    }

    private static boolean write(Bitmap picture, File file) {
        boolean written = false;
        try (OutputStream out = new FileOutputStream(file)) {
            written = picture.compress(Bitmap.CompressFormat.PNG, 100, out);
        } catch (IOException error) {
            // The storage is full; what was written is removed.
        }
        picture.recycle();
        if (!written) {
            file.delete();
        }
        return written;
    }
}
