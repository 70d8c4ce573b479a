package org.cxredge.demo;

import android.content.Context;
import android.content.Intent;
import android.os.Bundle;
import android.view.ViewGroup;
import android.widget.HorizontalScrollView;
import android.widget.LinearLayout;
import android.widget.TableLayout;
import android.widget.TableRow;
import android.widget.TextView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.cxredge.core.ModelFile;

/** A text that is carried along: the model file's own card, or the licences. */
public final class PageActivity extends CheckedScreen {
    static final String CARD = "card";
    static final String LICENCE = "licence";
    private static final String PAGE = "page";

    private Object shown; // the model file, or what stands for one

    static Intent of(Context from, String page) {
        return new Intent(from, PageActivity.class).putExtra(PAGE, page);
    }

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.page);
        setTitle(card() ? R.string.model_card : R.string.licence);
    }

    private boolean card() {
        return !LICENCE.equals(getIntent().getStringExtra(PAGE));
    }

    @Override
    void show() {
        Engine.Check check = Engine.of(this).check();
        Object wanted = !card() ? LICENCE : check.file != null ? check.file : check.state;
        if (wanted.equals(shown)) {
            return; // made anew it would lose a screen reader's focus
        }
        shown = wanted;
        LinearLayout page = findViewById(R.id.page);
        page.removeAllViews();
        if (!getString(R.string.language).equals("en")) {
            add(page, R.layout.words, getString(R.string.page_english));
        }
        if (!card()) {
            showLicence(page);
        } else if (check.file != null) {
            showCard(page, check.file);
        } else if (check.state == Engine.State.CHECKING) {
            add(page, R.layout.words, getString(R.string.checking));
        } else {
            add(page, R.layout.words, Failures.model(this, check.why));
        }
    }

    private void showLicence(LinearLayout page) {
        for (String name : new String[] {"LICENSE", "NOTICE"}) {
            for (Card.Block block : Card.plain(asset(name))) {
                boolean heading = block.kind == Card.Kind.HEADING;
                add(page, heading ? R.layout.heading : R.layout.words, block.words.get(0));
            }
        }
    }

    private void showCard(LinearLayout page, ModelFile file) {
        TableLayout table = null;
        for (Card.Block block : Card.blocks(file.card)) {
            if (block.kind == Card.Kind.ROW) {
                table = table == null ? table(page) : table;
                row(table, block);
            } else {
                table = null;
                boolean heading = block.kind == Card.Kind.HEADING;
                add(page, heading ? R.layout.heading : R.layout.words, block.words.get(0));
            }
        }
        add(page, R.layout.words, "SHA-256 " + file.contract.graphSha256);
    }

    /** Wider than a phone: it is pushed aside with a finger, the text above it stays. */
    private TableLayout table(LinearLayout page) {
        HorizontalScrollView sideways = new HorizontalScrollView(this);
        TableLayout table = new TableLayout(this);
        sideways.addView(table);
        page.addView(sideways);
        return table;
    }

    private void row(TableLayout table, Card.Block block) {
        TableRow row = new TableRow(this);
        for (String words : block.words) {
            TextView cell = (TextView) getLayoutInflater().inflate(R.layout.cell, row, false);
            cell.setText(words);
            if (table.getChildCount() == 0) {
                cell.setTypeface(cell.getTypeface(), android.graphics.Typeface.BOLD);
            }
            row.addView(cell);
        }
        table.addView(row, new ViewGroup.LayoutParams(
                ViewGroup.LayoutParams.WRAP_CONTENT, ViewGroup.LayoutParams.WRAP_CONTENT));
    }

    private String asset(String name) {
        try (InputStream in = getAssets().open(name)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] part = new byte[4096];
            for (int n = in.read(part); n > 0; n = in.read(part)) {
                all.write(part, 0, n);
            }
            return new String(all.toByteArray(), StandardCharsets.UTF_8);
        } catch (IOException error) {
            throw new IllegalStateException(name + " is not in the APK", error);
        }
    }
}
