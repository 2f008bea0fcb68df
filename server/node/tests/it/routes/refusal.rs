use lianfang_node::api::platform::{Access, router};
use lianfang_node::auth::Scope;
use lianfang_node::http::Door;
use lianfang_wire::vocabulary::MemberRole;

use super::Row;
use super::scene::Scene;

/// Whoever may not use the route of `row` is refused, though the request is a good one.
pub(super) async fn of(scene: &Scene, row: &Row) {
    match row.door {
        Door::Platform => strangers_to_the_platform(scene, row).await,
        Door::Operator => whoever_comes_by_the_platform_door(scene, row).await,
        Door::Federation => a_removed_member(scene, row, MemberRole::Platform, "/federation/v1/info").await,
        Door::Regulator => a_removed_member(scene, row, MemberRole::Regulator, "/taxii2/").await,
        // Whoever reaches the address may read it; nothing of entries or members is told there.
        Door::Operations => {}
    }
}

async fn strangers_to_the_platform(scene: &Scene, row: &Row) {
    let routes = router::routes();
    let access = routes
        .list()
        .find(|(method, path, _)| **method == row.method.as_str() && *path == row.path)
        .map(|(_, _, access)| access);
    // What is open to anyone refuses nobody.
    let Some(Access::Scope(scope)) = access else {
        assert_eq!(access, Some(Access::Anyone), "{}", row.path);
        return;
    };
    let (client, base) = (scene.node.raw(), scene.node.platform_url(""));
    let request = || row.request(&client, &base, &row.success);
    assert_eq!(
        request().send().await.unwrap().status(),
        401,
        "{} {}",
        row.method,
        row.path
    );
    let others: Vec<_> = Scope::ALL
        .iter()
        .copied()
        .filter(|other| *other != scope)
        .collect();
    let refused = request()
        .bearer_auth(scene.node.token(&others))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403, "{} {}", row.method, row.path);
}

async fn whoever_comes_by_the_platform_door(scene: &Scene, row: &Row) {
    let request = row.request(&scene.node.raw(), &scene.node.platform_url(""), &row.success);
    let refused = request
        .bearer_auth(scene.node.token(Scope::ALL))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 404, "{} {}", row.method, row.path);
}

async fn a_removed_member(scene: &Scene, row: &Row, role: MemberRole, open: &str) {
    let name = scene.next_name();
    let papers = scene.node.admit_as(&name, role).await;
    let (client, base) = (scene.node.member(&papers, true), scene.base(row.door));
    assert_eq!(
        client.get(format!("{base}{open}")).send().await.unwrap().status(),
        200
    );
    scene
        .node
        .operator()
        .remove(&name.parse().unwrap())
        .await
        .unwrap();
    let refused = row.request(&client, &base, &row.success).send().await.unwrap();
    assert_eq!(refused.status(), 403, "{} {}", row.method, row.path);
}
