package org.cxredge.demo;

import android.os.Bundle;
import android.widget.RadioButton;
import android.widget.RadioGroup;
import android.widget.Switch;

/** What a person may choose. */
public final class SettingsActivity extends Screen {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.settings);
        setTitle(R.string.settings);
        Settings settings = new Settings(this);
        Switch secure = findViewById(R.id.secure);
        secure.setChecked(settings.secure());
        secure.setOnCheckedChangeListener((view, on) -> {
            settings.setSecure(on);
            protect();
        });
        RadioGroup threads = findViewById(R.id.threads);
        for (int count : Settings.THREADS) {
            RadioButton one =
                    (RadioButton) getLayoutInflater().inflate(R.layout.radio, threads, false);
            one.setId(count);
            one.setText(String.valueOf(count));
            threads.addView(one);
        }
        threads.check(settings.threads());
        threads.setOnCheckedChangeListener((group, count) -> {
            settings.setThreads(count);
            Engine.of(this).recheck(count);
        });
    }
}
