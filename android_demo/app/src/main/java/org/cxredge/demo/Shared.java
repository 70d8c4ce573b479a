package org.cxredge.demo;

import android.content.ClipData;
import android.content.ContentResolver;
import android.content.Intent;
import android.net.Uri;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Films out of an intent of another app, which may hold anything. */
final class Shared {
    static final String[] TYPES = {"image/*", "application/dicom", "application/octet-stream"};

    private Shared() {}

    /** Whether another app sent it, and not the launcher. */
    static boolean sent(Intent intent) {
        String action = intent == null ? null : intent.getAction();
        return Intent.ACTION_SEND.equals(action) || Intent.ACTION_SEND_MULTIPLE.equals(action);
    }

    /** Addresses in the order that they came in, each once; of content providers alone. */
    static List<Uri> films(Intent intent) {
        Set<Uri> found = new LinkedHashSet<>();
        if (intent == null) {
            return new ArrayList<>();
        }
        try {
            keep(found, intent.getData());
            ClipData clip = intent.getClipData();
            for (int i = 0; clip != null && i < clip.getItemCount(); i++) {
                keep(found, clip.getItemAt(i).getUri());
            }
            if (intent.getExtras() != null) {
                streams(found, intent.getExtras().get(Intent.EXTRA_STREAM));
            }
        } catch (RuntimeException error) {
            // Extras of a class that is not here cannot be unpacked; what was found is kept.
        }
        return new ArrayList<>(found);
    }

    private static void streams(Set<Uri> found, Object extra) {
        if (extra instanceof Uri) {
            keep(found, (Uri) extra);
        } else if (extra instanceof List) {
            for (Object one : (List<?>) extra) {
                if (one instanceof Uri) {
                    keep(found, (Uri) one);
                }
            }
        }
    }

    /** A file: address could be one of the app's own files, which nobody is to be told of. */
    private static void keep(Set<Uri> found, Uri uri) {
        if (uri != null && ContentResolver.SCHEME_CONTENT.equals(uri.getScheme())) {
            found.add(uri);
        }
    }
}
