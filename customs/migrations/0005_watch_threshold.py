"""Consumption tax on watches begins at a price per piece; days are made again from the register when they are needed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customs", "0004_parcel_search")]

    operations = [
        migrations.RunSQL("DELETE FROM customs_registerday", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="registerday",
            name="ct_watch_from",
            field=models.DecimalField(max_digits=19, decimal_places=2, default=0),
            preserve_default=False,
        ),
    ]
