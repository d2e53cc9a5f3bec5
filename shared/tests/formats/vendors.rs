//! Records of vendors' logs: who did what to what, when, from where, and how it ended.

use std::fmt::Write as _;

use serde_json::{Value, json};
use shared::{
    event::{Event, Outcome},
    formats::{Format, read},
};

use crate::{events, only_error};

/// Returns the fields of an event that its vendor's record tells, in one line.
fn line(event: &Event) -> String {
    let mut line = format!("{} {}", event.user, event.action.name());
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(line, " {name}={value}").expect("memory takes everything");
        }
    };
    add("act", event.native_action.as_deref().map(str::to_owned));
    add("on", event.resource.as_deref().map(str::to_owned));
    add("from", event.address.map(|address| address.to_string()));
    add("in", event.location.as_deref().map(str::to_owned));
    add(
        "at",
        event.coordinates.map(|point| format!("{point:?}").split_once('{').map_or("known", |_| "known").to_owned()),
    );
    add("with", event.device.map(|device| device.name().to_owned()));
    add("mb", event.volume_mb.map(|volume| volume.to_string()));
    let is_known = event.outcome != Outcome::Unknown || event.native_outcome.is_some();
    add("outcome", is_known.then(|| event.outcome.name().to_owned()));
    add("because", event.native_outcome.as_deref().map(str::to_owned));
    add("id", event.event_id.as_deref().map(str::to_owned));
    line
}

/// Reads a record, which has the time of 14:30 on 15 January 2024 in UTC, and returns its format and fields.
fn read_one(record: &Value) -> (Format, String) {
    let text = record.to_string();
    let mut records = read(text.as_bytes(), None, None);
    let record = records.next().expect("a record");
    assert_eq!(record.unread, [], "{text}");
    let event = record.event.unwrap_or_else(|errors| panic!("{text}: {errors}"));
    assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z", "{text}");
    (records.format().expect("it is recognised"), line(&event))
}

fn assert_read(record: &Value, format: Format, expected: &str) {
    assert_eq!(read_one(record), (format, expected.to_owned()));
}

#[test]
fn okta_tells_people_from_programs_and_how_a_sign_in_ended() {
    let mut record = json!({
        "uuid": "u-1", "published": "2024-01-15T14:30:00.000Z", "eventType": "user.session.start",
        "actor": {"id": "00u1", "type": "User", "alternateId": "ann@example.com", "displayName": "Ann"},
        "client": {"device": "Computer", "ipAddress": "198.51.100.7", "userAgent": {"rawUserAgent": "Mozilla/5.0"},
            "geographicalContext": {"city": "Oslo", "country": "Norway", "geolocation": {"lat": 59.9, "lon": 10.7}}},
        "outcome": {"result": "FAILURE", "reason": "INVALID_CREDENTIALS"},
        "target": [{"id": "0oa1", "type": "AppInstance", "alternateId": "Payroll"}],
    });
    assert_read(
        &record,
        Format::Okta,
        "ann@example.com login act=user.session.start on=AppInstance/Payroll from=198.51.100.7 in=Oslo, Norway at=known \
         with=desktop outcome=failure because=INVALID_CREDENTIALS id=u-1",
    );
    record["actor"] = json!({"id": "00s", "type": "SystemPrincipal", "alternateId": "system@okta.com"});
    record["eventType"] = json!("user.account.privilege.grant");
    assert!(read_one(&record).1.starts_with("service:system@okta.com admin act=user.account.privilege.grant"));
}

#[test]
fn a_sign_in_of_entra_is_the_same_from_the_api_the_diagnostic_settings_and_an_export() {
    let properties = json!({
        "id": "s-1", "createdDateTime": "2024-01-15T14:30:00Z", "userPrincipalName": "ann@example.com",
        "userId": "1", "appDisplayName": "Azure Portal", "resourceDisplayName": "Graph", "ipAddress": "198.51.100.7",
        "status": {"errorCode": 50126, "failureReason": "Wrong password"}, "userAgent": "Mozilla/5.0",
        "deviceDetail": {"operatingSystem": "Ios 17"},
        "location": {"city": "Oslo", "countryOrRegion": "NO", "geoCoordinates": {"latitude": 59.9, "longitude": 10.7}},
    });
    let expected = "ann@example.com login act=Sign-in activity on=Azure Portal/Graph from=198.51.100.7 in=Oslo, NO at=known \
                    with=mobile outcome=failure because=Wrong password id=s-1";
    assert_read(&properties, Format::Entra, expected);
    let envelope = json!({
        "time": "2024-01-15T14:30:05Z", "category": "SignInLogs", "operationName": "Sign-in activity",
        "resourceId": "/tenants/1/providers/Microsoft.aadiam", "callerIpAddress": "198.51.100.7", "location": "NO",
        "resultType": "50126", "properties": properties,
    });
    assert_read(&envelope, Format::Entra, expected);
    let table = "TimeGenerated [UTC],UserPrincipalName,AppDisplayName,ResultType,IPAddress,LocationDetails_dynamic\n\
        \"1/15/2024, 2:30:00.000 PM\",ann@example.com,Teams,0,198.51.100.7,\"{\"\"city\"\":\"\"Oslo\"\",\"\"countryOrRegion\"\":\"\"NO\"\"}\"\n";
    let event = events(table).remove(0);
    assert_eq!(event.time.to_string(), "2024-01-15T14:30:00Z");
    assert_eq!(
        line(&event),
        "ann@example.com login act=Sign-in activity on=Teams from=198.51.100.7 in=Oslo, NO outcome=success because=0"
    );
}

#[test]
fn an_audit_of_entra_names_the_person_or_the_program_that_initiated_it() {
    let mut record = json!({
        "id": "a-1", "activityDateTime": "2024-01-15T14:30:00Z", "activityDisplayName": "Add member to role",
        "initiatedBy": {"user": {"userPrincipalName": "ann@example.com", "ipAddress": "198.51.100.7"}}, "result": "success",
        "targetResources": [{"type": "User", "userPrincipalName": "bob@example.com", "id": "2"}],
        "additionalDetails": [{"key": "User-Agent", "value": "Mozilla/5.0 (iPad)"}],
    });
    assert_read(
        &record,
        Format::Entra,
        "ann@example.com admin act=Add member to role on=User/bob@example.com from=198.51.100.7 with=tablet \
         outcome=success id=a-1",
    );
    record["initiatedBy"] = json!({"app": {"displayName": "Sync", "servicePrincipalId": "sp-1"}});
    assert!(read_one(&record).1.starts_with("service:sp-1 admin"));
}

#[test]
fn microsoft_365_is_read_from_the_api_and_from_the_cell_of_an_export() {
    let record = json!({
        "Id": "m-1", "CreationTime": "2024-01-15T14:30:00", "Operation": "FileDownloaded", "Workload": "SharePoint",
        "UserId": "Ann@Example.com", "UserType": 0, "ClientIP": "[2001:db8::1]:443", "OrganizationId": "o",
        "ObjectId": "https://example.sharepoint.com/sites/plans/q1.pdf", "FileSizeBytes": 2_500_000,
        "ResultStatus": "Succeeded", "UserAgent": "Mozilla/5.0",
    });
    let expected = "Ann@Example.com download act=FileDownloaded on=example.sharepoint.com/sites/plans/q1.pdf \
                    from=2001:db8::1 with=web mb=2.5 outcome=success because=Succeeded id=m-1";
    assert_read(&record, Format::Microsoft365, expected);
    let cell = record.to_string().replace('"', "\"\"");
    let table = format!("RecordId,CreationDate,RecordType,Operation,UserId,AuditData\nr,2024-01-15,6,x,y,\"{cell}\"\n");
    let event = events(table).remove(0);
    assert_eq!(line(&event), expected);

    let failed = json!({
        "CreationTime": "2024-01-15T14:30:00", "Operation": "UserLoginFailed", "Workload": "AzureActiveDirectory",
        "UserId": "ann@example.com", "ResultStatus": "Success", "LogonError": "InvalidUserNameOrPassword",
    });
    assert_read(
        &failed,
        Format::Microsoft365,
        "ann@example.com login act=UserLoginFailed outcome=failure because=InvalidUserNameOrPassword",
    );
    let rule = json!({
        "CreationTime": "2024-01-15T14:30:00", "Operation": "New-InboxRule", "Workload": "Exchange", "UserId": "flow",
        "UserType": 5, "ObjectId": "contoso\\AnnV\\rule2", "ResultStatus": "True",
    });
    assert_read(
        &rule,
        Format::Microsoft365,
        "service:flow admin act=New-InboxRule on=contoso/AnnV/rule2 outcome=success because=True",
    );
}

#[test]
fn azure_is_read_from_the_rest_api_and_from_diagnostic_settings() {
    let of_rest = json!({
        "eventDataId": "z-1", "eventTimestamp": "2024-01-15T14:30:00Z", "caller": "ann@example.com",
        "operationName": {"value": "Microsoft.Authorization/roleAssignments/write", "localizedValue": "Create role assignment"},
        "resourceId": "/subscriptions/1/resourceGroups/Main/providers/Microsoft.Web/sites/shop",
        "status": {"value": "Succeeded"}, "httpRequest": {"clientIpAddress": "198.51.100.7"},
    });
    assert_read(
        &of_rest,
        Format::Azure,
        "ann@example.com admin act=Microsoft.Authorization/roleAssignments/write on=main/microsoft.web/sites/shop \
         from=198.51.100.7 outcome=success because=Succeeded id=z-1",
    );
    let of_storage = json!({
        "time": "2024-01-15T14:30:00Z", "category": "StorageRead", "operationName": "GetBlob", "statusCode": 200,
        "callerIpAddress": "198.51.100.7:5000", "identity": {"type": "SAS"}, "responseBodySize": 3_000_000,
        "resourceId": "/subscriptions/1/resourceGroups/m/providers/Microsoft.Storage/storageAccounts/a",
        "properties": {"objectKey": "/a/plans/q1.pdf", "userAgentHeader": "curl/8"},
    });
    assert_read(
        &of_storage,
        Format::Azure,
        "address:198.51.100.7 download act=GetBlob on=storage/a/plans/q1.pdf from=198.51.100.7 with=cli mb=3 \
         outcome=success because=200",
    );
    let of_program = json!({
        "time": "2024-01-15T14:30:00Z", "operationName": "MICROSOFT.WEB/SITES/DELETE", "resultType": "Failure",
        "resourceId": "/subscriptions/1", "identity": {"claims": {"appid": "p-1"}}, "callerIpAddress": "198.51.100.7",
    });
    assert_read(
        &of_program,
        Format::Azure,
        "service:p-1 delete act=MICROSOFT.WEB/SITES/DELETE on=subscriptions/1 from=198.51.100.7 outcome=failure because=Failure",
    );
}

#[test]
fn google_cloud_names_the_caller_of_a_method_and_its_failure() {
    let mut record = json!({
        "insertId": "g-1", "timestamp": "2024-01-15T14:30:00Z",
        "protoPayload": {"serviceName": "storage.googleapis.com", "methodName": "storage.objects.get",
            "resourceName": "projects/_/buckets/b/objects/x", "authenticationInfo": {"principalEmail": "ann@example.com"},
            "requestMetadata": {"callerIp": "198.51.100.7", "callerSuppliedUserAgent": "Terraform/1"}},
    });
    assert_read(
        &record,
        Format::GoogleCloud,
        "ann@example.com download act=storage.objects.get on=storage/buckets/b/objects/x from=198.51.100.7 with=cli \
         outcome=success id=g-1",
    );
    record["protoPayload"]["status"] = json!({"code": 7, "message": "denied"});
    record["protoPayload"]["authenticationInfo"] = json!({});
    record["protoPayload"]["methodName"] = json!("SetIamPolicy");
    assert_eq!(
        read_one(&record).1,
        "anonymous admin act=SetIamPolicy on=storage/buckets/b/objects/x from=198.51.100.7 with=cli outcome=failure \
         because=denied id=g-1"
    );
}

#[test]
fn each_event_of_an_activity_of_google_workspace_is_one() {
    let activity = json!({
        "kind": "admin#reports#activity", "id": {"time": "2024-01-15T14:30:00.000Z", "uniqueQualifier": "-7", "applicationName": "drive"},
        "actor": {"email": "ann@example.com"}, "ipAddress": "198.51.100.7",
        "events": [
            {"type": "access", "name": "download", "parameters": [{"name": "doc_id", "value": "d-1"}]},
            {"type": "acl_change", "name": "change_user_access", "parameters": [{"name": "doc_id", "value": "d-1"}]},
        ],
    });
    let expected = [
        "ann@example.com download act=download on=drive/d-1 from=198.51.100.7 id=-7/0",
        "ann@example.com admin act=change_user_access on=drive/d-1 from=198.51.100.7 id=-7/1",
    ];
    assert_eq!(events(activity.to_string()).iter().map(line).collect::<Vec<_>>(), expected);
    let response = json!({"kind": "admin#reports#activities", "items": [activity, activity]}).to_string();
    assert_eq!(events(response).len(), 4);
    let login = json!({
        "id": {"time": "2024-01-15T14:30:00Z", "applicationName": "login"}, "actor": {"email": "ann@example.com"},
        "events": [{"type": "login", "name": "login_failure"}],
    });
    assert_read(&login, Format::GoogleWorkspace, "ann@example.com login act=login_failure on=login outcome=failure");
}

#[test]
fn kubernetes_tells_reading_secrets_and_running_commands_from_other_requests() {
    let mut record = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "k-1", "stage": "ResponseComplete", "verb": "get",
        "user": {"username": "system:serviceaccount:web:shop"}, "sourceIPs": ["10.0.0.1", "198.51.100.7"],
        "objectRef": {"resource": "secrets", "namespace": "web", "name": "db"}, "responseStatus": {"code": 403, "reason": "Forbidden"},
        "requestReceivedTimestamp": "2024-01-15T14:30:00.000000Z", "userAgent": "kubectl/v1.30",
    });
    assert_read(
        &record,
        Format::Kubernetes,
        "system:serviceaccount:web:shop download act=get secrets on=web/secrets/db from=10.0.0.1 with=server \
         outcome=failure because=Forbidden id=k-1",
    );
    record["verb"] = json!("create");
    record["objectRef"] = json!({"resource": "pods", "subresource": "exec", "namespace": "web", "name": "shop"});
    assert!(read_one(&record).1.contains(" admin act=create pods exec on=web/pods/shop/exec"));
    let in_azure = json!({"category": "kube-audit", "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
        "time": "2024-01-15T14:31:00Z", "properties": {"log": record.to_string()}});
    assert_eq!(read_one(&in_azure), read_one(&record));
}

#[test]
fn services_for_files_and_code_tell_who_moved_or_shared_what() {
    let time = "2024-01-15T14:30:00Z";
    assert_read(
        &json!({"@timestamp": 1_705_329_000_000_u64, "action": "git.clone", "actor": "ann", "actor_ip": "198.51.100.7",
            "org": "example", "repo": "example/shop", "_document_id": "h-1", "actor_location": {"country_code": "NO"}}),
        Format::GitHub,
        "ann download act=git.clone on=example/shop from=198.51.100.7 in=NO id=h-1",
    );
    assert_read(
        &json!({"created_at": 1_705_329_000_000_u64, "action": "org.add_member", "actor": "renovate", "actor_is_bot": true,
            "org": "example", "user": "bob"}),
        Format::GitHub,
        "service:renovate admin act=org.add_member on=example/bob",
    );
    assert_read(
        &json!({"id": "l-1", "date_create": 1_705_329_000, "action": "file_downloaded",
            "actor": {"type": "user", "user": {"id": "W1", "email": "ann@example.com"}},
            "entity": {"type": "file", "file": {"id": "F1", "name": "q1.pdf"}},
            "context": {"ip_address": "198.51.100.7", "ua": "Mozilla/5.0"}}),
        Format::Slack,
        "ann@example.com download act=file_downloaded on=file/q1.pdf from=198.51.100.7 with=web id=l-1",
    );
    assert_read(
        &json!({"type": "event", "event_id": "b-1", "created_at": "2024-01-15T06:30:00-08:00", "event_type": "DOWNLOAD",
            "created_by": {"id": "7", "login": "ann@example.com"}, "ip_address": "198.51.100.7",
            "source": {"item_type": "file", "item_name": "q1.pdf", "parent": {"name": "plans"}},
            "additional_details": {"size": 2_000_000}}),
        Format::Box,
        "ann@example.com download act=DOWNLOAD on=file/plans/q1.pdf from=198.51.100.7 mb=2 id=b-1",
    );
    assert_read(
        &json!({"timestamp": time, "event_type": {".tag": "shared_link_create"}, "event_category": {".tag": "sharing"},
            "involve_non_team_member": true, "actor": {".tag": "user", "user": {"email": "ann@example.com"}},
            "origin": {"geo_location": {"city": "Oslo", "country": "NO", "ip_address": "198.51.100.7"},
                "access_method": {".tag": "end_user", "end_user": {".tag": "desktop"}}},
            "assets": [{".tag": "file", "path": {"contextual": "/plans/q1.pdf"}}]}),
        Format::Dropbox,
        "ann@example.com admin act=shared_link_create on=plans/q1.pdf from=198.51.100.7 in=Oslo, NO with=desktop",
    );
    assert_read(
        &json!({"id": 7, "time": time, "uid": "ann", "uidType": "name", "type": "file_deleted",
            "params": {"path": "/plans/q1.pdf"}, "isLocalIP": false,
            "location": {"city": "Oslo", "country": "Norway", "latitude": 59.9, "longitude": 10.7}}),
        Format::Nextcloud,
        "ann delete act=file_deleted on=plans/q1.pdf in=Oslo, Norway at=known id=7",
    );
    assert_read(
        &json!({"reqId": "r", "level": 1, "time": "2024-01-15T14:30:00+00:00", "remoteAddr": "198.51.100.7", "user": "ann",
            "app": "admin_audit", "method": "GET", "message": "File accessed: \"/plans/q1.pdf\"", "userAgent": "Mozilla/5.0"}),
        Format::Nextcloud,
        "ann view act=File accessed on=plans/q1.pdf from=198.51.100.7 with=web",
    );
}

#[test]
fn events_of_common_schemas_are_told_by_their_classes_and_types() {
    assert_read(
        &json!({"class_uid": 6006, "activity_id": 2, "activity_name": "Download", "time": 1_705_329_000_000_u64,
            "metadata": {"version": "1.3.0", "uid": "o-1"}, "actor": {"user": {"name": "ann", "type_id": 1}},
            "src_endpoint": {"ip": "198.51.100.7", "location": {"city": "Oslo", "country": "NO"}}, "status_id": 2,
            "file": {"name": "q1.pdf", "path": "/plans/q1.pdf", "size": 1_000_000}}),
        Format::Ocsf,
        "ann download act=Download on=plans/q1.pdf from=198.51.100.7 in=Oslo, NO mb=1 outcome=failure id=o-1",
    );
    assert_read(
        &json!({"class_uid": 3002, "activity_id": 1, "activity_name": "Logon", "time": 1_705_329_000_000_u64,
            "metadata": {"version": "1.3.0"}, "user": {"name": "svc", "type_id": 4}, "status_id": 1}),
        Format::Ocsf,
        "service:svc login act=Logon outcome=success",
    );
    let ecs = json!({"@timestamp": "2024-01-15T14:30:00Z", "user": {"name": "ann"}, "source": {"ip": "198.51.100.7"},
        "event": {"action": "file-deleted", "type": ["deletion"], "category": ["file"], "outcome": "success", "id": "e-1"},
        "file": {"path": "/plans/q1.pdf"}});
    assert_read(
        &ecs,
        Format::Ecs,
        "ann delete act=file-deleted on=plans/q1.pdf from=198.51.100.7 outcome=success id=e-1",
    );
    let mut with_original = ecs;
    with_original["event"]["original"] =
        json!(json!({"user_id": "bob", "timestamp": "2024-01-15T14:30:00Z", "action_type": "view"}).to_string());
    assert_eq!(read_one(&with_original), (Format::Json, "bob view".to_owned()), "the vendor's own record counts");
}

#[test]
fn lines_of_the_common_event_format_are_read_with_and_without_a_header() {
    let cef = "CEF:0|Example|Drive|1.0|42|File downloaded|3|rt=1705329000000 suser=ann src=198.51.100.7 fname=q1.pdf \
               out=2000000 outcome=success externalId=c-1";
    let expected = "ann download act=File downloaded on=Drive/q1.pdf from=198.51.100.7 mb=2 outcome=success id=c-1";
    for line_of_log in [cef.to_owned(), format!("<34>1 2024-01-15T14:30:01Z host app - - - {cef}")] {
        let read = events(format!("{line_of_log}\n{line_of_log}\n"));
        assert_eq!(read.iter().map(line).collect::<Vec<_>>(), [expected, expected]);
    }
    let in_json = json!({"message": cef, "host": "h"}).to_string();
    assert_eq!(line(&events(in_json)[0]), expected);
    let unknown = cef.replace("File downloaded", "Blocked");
    assert_eq!(only_error(unknown), "name is no act that is known: \"Blocked\"");
}

#[test]
fn a_caller_whom_a_record_does_not_name_is_known_by_the_address_alone() {
    let record = json!({"time": "2024-01-15T14:30:00Z", "category": "Administrative", "operationName": "x/write",
        "resourceId": "/subscriptions/1", "callerIpAddress": "198.51.100.7:80"});
    assert!(read_one(&record).1.starts_with("address:198.51.100.7 upload"));
    let without = json!({"time": "2024-01-15T14:30:00Z", "category": "Administrative", "operationName": "x/write"});
    assert_eq!(only_error(without.to_string()), "caller is missing");
}

#[test]
fn a_field_of_a_vendor_that_is_missing_or_wrong_is_named_as_the_vendor_does() {
    let record = |time: Value| json!({"uuid": "u", "published": time, "eventType": "user.session.end", "actor": {"alternateId": "ann"}});
    assert_eq!(only_error(record(json!(null)).to_string()), "published is missing");
    assert!(only_error(record(json!("yesterday")).to_string()).starts_with("published is no time: \"yesterday\""));
    let in_utc = record(json!("2024-01-15 14:30:00.000"));
    assert!(read_one(&in_utc).1.starts_with("ann logout"), "the vendor's times are in UTC");
}
