"""The form of a study takes what people call their criteria."""

from sqlalchemy import select

from app.tables import Criterion, Study
from tests.web.site import Site


def test_labels_in_any_script_get_keys_of_their_own(fresh_site: Site) -> None:
    labels = ["正確さ", "文体", "1st impression", "Tone, overall"]
    fields = {
        "name": "new",
        "run_id": str(fresh_site.ids.run),
        "run_variant_ids": ["1", "2"],
        "design": "pairwise",
        "ratings_per_item": "1",
        **{f"criterion-{n}-label": label for n, label in enumerate(labels)},
        **{f"criterion-{n}-scale": "likert" for n in range(len(labels))},
    }
    admin = fresh_site.visitor("admin")
    reply = admin.post("/studies", data=fields)
    assert reply.status_code == 303
    with fresh_site.state.database.reading() as session:
        query = select(Criterion).join(Study).where(Study.name == "new")
        criteria = session.scalars(query.order_by(Criterion.position)).all()
        assert [criterion.label for criterion in criteria] == labels
        assert [criterion.key for criterion in criteria] == [
            *("criterion_1", "criterion_2", "criterion_3", "tone__overall")
        ]
    preview = admin.get(f"{reply.headers['location']}/preview")
    assert all(label in preview.text for label in labels)
