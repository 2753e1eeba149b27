use super::*;

const LEASE_LENGTH: Duration = Duration::from_secs(10);

#[test]
fn a_lease_holds_until_it_runs_out_and_not_for_ever() {
    let until = |until: Duration| Holder { token: "a".to_owned(), until };
    for (until, holds) in [
        (Duration::ZERO, false),
        (now() - Duration::from_millis(1), false),
        (now() + LEASE_LENGTH, true),
        (now() + LEASE_LENGTH * 3, false),
    ]
    .map(|(time, holds)| (until(time), holds))
    {
        assert_eq!(until.holds(LEASE_LENGTH), holds, "{until:?}");
    }
    let holder = Holder { token: "a".to_owned(), until: Duration::from_millis(1_795_350_917_123) };
    assert_eq!(Holder::parse(holder.text().as_bytes()), Some(holder));
    for text in ["", "a", "a b", "a 1 2", "\u{ff} "] {
        assert_eq!(Holder::parse(text.as_bytes()), None, "{text}");
    }
}

#[tokio::test]
async fn one_of_many_takes_what_ran_out_or_is_not_whole() {
    let (objects, memory) = Objects::in_memory();
    let objects = Arc::new(objects);
    let path = objects.path("a", LEASE);
    let ran_out = Holder { token: "dead".to_owned(), until: now() - LEASE_LENGTH }.text();
    let of_wrong_clock = Holder { token: "dead".to_owned(), until: now() + LEASE_LENGTH * 100 }.text();
    for text in [None, Some(ran_out), Some(of_wrong_clock), Some("damaged".to_owned())] {
        match text {
            Some(text) => drop(memory.put(&path, text.into()).await.unwrap()),
            None => drop(memory.delete(&path).await),
        }
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let objects = Arc::clone(&objects);
                tokio::spawn(
                    async move { objects.take("a", &number.to_string(), LEASE_LENGTH).await.unwrap() },
                )
            })
            .collect();
        let mut taken = Vec::new();
        for (number, task) in tasks.into_iter().enumerate() {
            taken.extend(task.await.unwrap().then(|| number.to_string()));
        }
        assert_eq!(taken.len(), 1, "{taken:?}");
        let other = "other".to_owned();
        assert!(!objects.renew("a", &other, LEASE_LENGTH).await.unwrap());
        objects.release("a", &other).await.unwrap();
        assert!(objects.renew("a", &taken[0], LEASE_LENGTH).await.unwrap());
        objects.release("a", &taken[0]).await.unwrap();
        assert!(objects.holder("a").await.unwrap().is_none());
        assert!(!objects.renew("a", &taken[0], LEASE_LENGTH).await.unwrap());
    }
}

#[test]
fn addresses_are_those_of_the_library() {
    for (text, is_address) in [
        ("s3://bucket/a/b", true),
        ("s3://bucket", true),
        ("gs://bucket/p", true),
        ("az://container/p", true),
        ("s3://bucket//p", false),
    ] {
        assert_eq!(Address::parse(text).is_ok(), is_address, "{text}");
    }
}
