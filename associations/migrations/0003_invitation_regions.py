from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("associations", "0002_people_and_places")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="regions",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="associations.wellbeingregion", verbose_name="wellbeing regions"
            ),
        ),
        # An import of people may invite some of them.
        migrations.RemoveConstraint(model_name="importedchange", name="change_of_a_model"),
        migrations.AddConstraint(
            model_name="importedchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("model__in", ["organisation", "person", "role", "invitation"])),
                name="change_of_a_model",
            ),
        ),
    ]
