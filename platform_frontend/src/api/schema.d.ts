// Made from platform_backend/openapi.yaml by `npm run client`; not to be edited.
// sha256 a6ab61beb3444eee4907cfff580d38e3f2e6d7788df0a648a715fe9733d74e3d
export interface paths {
    "/api/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who did what, newest first, in words. Sign-ins and users are in the audit log alone. */
        get: operations["activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who did what, newest first. Admins only. */
        get: operations["audit_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Campaigns, newest first. */
        get: operations["campaigns_list"];
        put?: never;
        /**
         * @description Start a campaign from its file, in YAML or as the same content in JSON. One runs at a time (409).
         *
         *     What is wrong with it has path, line and column in the problem's `places`.
         */
        post: operations["campaigns_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{campaign_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One campaign with its progress and all its steps. */
        get: operations["campaigns_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{campaign_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What was planned, what came of it on each pod, and when, to hand out. 409 until the campaign is over. */
        get: operations["campaigns_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{campaign_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description End a campaign and the injection it has begun. Asking again, or when it is over, changes nothing.
         *
         *     For who made it and admins (403).
         */
        post: operations["campaigns_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/library": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The campaign files that come along with the platform. The schema for editors is at /campaigns/schema. */
        get: operations["campaigns_library"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description What a campaign would do, in which order and how long, checked against the system. Nothing is changed.
         *
         *     `cases` tells how much time each fault will have on either side of its start, as the rcaeval format cuts it.
         */
        post: operations["campaigns_plan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/saved": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Saved campaigns of all users, the latest saved first, without their texts. */
        get: operations["saved_campaigns_list"];
        put?: never;
        /** @description Save a campaign file as it is, comments included. It need not be valid yet; `sketch` says what is wrong. */
        post: operations["saved_campaigns_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/saved/{saved_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One saved campaign with its text and what it comes to. */
        get: operations["saved_campaigns_get"];
        put?: never;
        post?: never;
        /** @description Delete it with all its versions. For who saved it and admins (403). */
        delete: operations["saved_campaigns_delete"];
        options?: never;
        head?: never;
        /** @description Change name, notes or text; another text is another version. For who saved it and admins (403). */
        patch: operations["saved_campaigns_update"];
        trace?: never;
    };
    "/api/v1/campaigns/saved/{saved_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All texts that it has had, the latest first, and who saved them. */
        get: operations["saved_campaigns_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description A number for each topic, which grows whenever something of it is written.
         *
         *     Ask it every second or two with `If-None-Match`: 304, without a body, says that nothing moved. When a number
         *     has grown, fetch what you show of that topic.
         */
        get: operations["changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What a client must know of the settings: mode, limits, formats, and the caller's use of the quota. */
        get: operations["config"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Datasets, newest first. */
        get: operations["datasets_list"];
        put?: never;
        /**
         * @description Build a dataset of a window of time, or of a campaign that is over.
         *
         *     No fault of the window may still be running (409).
         *
         *     With a quota (`datasets.quota_gigabytes_per_user`), your datasets and this one's estimate must keep to it (409).
         */
        post: operations["datasets_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{dataset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One dataset: its state, the progress of its build, what came out. */
        get: operations["datasets_get"];
        put?: never;
        post?: never;
        /**
         * @description Delete a dataset and its files. One that is being built has to be cancelled first (409).
         *
         *     While it is being read, its state is `deleting`: those who read it may finish, nobody else may begin (410).
         *     For who made it and admins (403).
         */
        delete: operations["datasets_delete"];
        options?: never;
        head?: never;
        /** @description Keep a dataset whatever its age, or no longer; change its notes. For who made it and admins (403). */
        patch: operations["datasets_update"];
        trace?: never;
    };
    "/api/v1/datasets/{dataset_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description End a build or an import. It leaves no files; one that is over already can't be cancelled (409).
         *
         *     For who made it and admins (403).
         */
        post: operations["datasets_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{dataset_id}/card": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description The data card of a ready dataset: what ran, what is missing, key figures, and what was injected.
         *
         *     Of a dataset from elsewhere, without a card, it is what the manifest tells, and `answers` is null. `series` are
         *     key figures over time, to draw when the telemetry itself has expired; also of imports. `warnings` are what was
         *     found when it was imported: clocks that disagree, files that were left out.
         */
        get: operations["datasets_card"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{dataset_id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description The dataset as a zip, streamed.
         *
         *     A download that broke off is resumed with `Range` (`curl -C -`), safely with its ETag as `If-Range`; with
         *     `If-None-Match` nothing is sent twice (304). The dataset stays until the download has ended, also when somebody
         *     deletes it meanwhile; then a resumed one finds it gone (410, later 404).
         */
        get: operations["datasets_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/{dataset_id}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description dataset.json of a ready dataset; the guide on the dataset format explains it. */
        get: operations["datasets_manifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Import a dataset: the zip is the body. It is checked to the last byte before it becomes `ready`.
         *
         *     Accepted are all formats of this platform and the layout of the original MicroServo. What fails the check
         *     becomes `failed`, and `error` names the file and the place. One that is here already is refused (409), as is
         *     one for which your quota has no room.
         */
        post: operations["datasets_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Events, newest first. */
        get: operations["events_list"];
        put?: never;
        /** @description Begin an event now. It ends by itself. Refused (409) on a service one of whose pods has a fault. */
        post: operations["events_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One event. */
        get: operations["events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{event_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Have an event take the way back now. Asking again, or when it is over, changes nothing.
         *
         *     For who made it and admins (403); the emergency stop ends events, too.
         */
        post: operations["events_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All kinds of event, their parameters, and whether the system at hand can do them. */
        get: operations["events_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/calendar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description What is planned, runs, has been or was skipped in a window, in the order of time.
         *
         *     Cron is expanded in the experiment's time zone; the steps of the campaign that runs have the times at which
         *     they are expected. `left_out` says what there is more of than is shown. Paused experiments plan nothing.
         */
        get: operations["faults_calendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/emergency-stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether faults are blocked, by whom and why. */
        get: operations["emergency_stop_get"];
        put?: never;
        /**
         * @description End every fault now and allow none until released. Needs neither worker nor broker.
         *
         *     For anyone who is signed in.
         */
        post: operations["emergency_stop_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/emergency-stop/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description Take your emergency stop back; an admin takes back all. Faults are allowed when none is left.
         *
         *     Nothing happens when they are not blocked; others' stops alone are refused (403).
         */
        post: operations["emergency_stop_release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Experiments, newest first. */
        get: operations["experiments_list"];
        put?: never;
        /** @description Schedule a fault: now, at a time, or by cron. Its pods are resolved anew each time. */
        post: operations["experiments_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One experiment. */
        get: operations["experiments_get"];
        put?: never;
        post?: never;
        /**
         * @description Delete an experiment without a running fault. Its injections and labels stay.
         *
         *     For who made it and admins (403).
         */
        delete: operations["experiments_delete"];
        options?: never;
        head?: never;
        /**
         * @description Change what follows of a planned experiment. What it has done keeps what it was done with; see `versions`.
         *
         *     For who made it and admins (403).
         */
        patch: operations["experiments_update"];
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What came of each occurrence, latest first: its injection, or why it was skipped. */
        get: operations["experiments_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description No occurrence until it is resumed. A fault that runs goes on. For who made it and admins (403). */
        post: operations["experiments_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Go on with the next occurrence from now. For who made it and admins (403). */
        post: operations["experiments_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description No further occurrence, and end its running faults. Stopping again changes nothing.
         *
         *     For who made it and admins (403).
         */
        post: operations["experiments_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/experiments/{experiment_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What it ordered since when, who changed it and what of it; latest first. */
        get: operations["experiments_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/injections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Injections, newest first. */
        get: operations["injections_list"];
        put?: never;
        /** @description Inject a fault now. It ends by itself after its duration. */
        post: operations["injections_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/injections/{injection_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One injection with its labels. */
        get: operations["injections_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/injections/{injection_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description End a fault early. Asking again, or when it is over, changes nothing.
         *
         *     For who made it and admins (403); in an emergency, anyone ends all faults with the emergency stop.
         */
        post: operations["injections_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All kinds of fault, their parameters, and whether the system at hand can do them. */
        get: operations["faults_kinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who was really hurt, how, from when to when: labels that overlap the window, newest first. */
        get: operations["labels_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/labels/{label_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One label. */
        get: operations["labels_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * @description What an injection or experiment would do: its pods, its next occurrences, and all that speaks against it.
         *
         *     Nothing is done.
         */
        post: operations["faults_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Pods that did not recover from a fault, and get no other until cleared. */
        get: operations["quarantine_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faults/quarantine/{pod}/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description The pod is well again and may be given faults. For whoever hurt it and admins (403). */
        post: operations["quarantine_clear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether the platform answers. Needs no sign-in. */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Invitations that are not used, newest first. */
        get: operations["invitations_list"];
        put?: never;
        /** @description Invite somebody to make an account, within a week. The link is mailed, and told this once. */
        post: operations["invitations_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Withdraw an invitation that is not used. */
        delete: operations["invitations_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Another password. All other sessions of the user end; bearer tokens stay. */
        post: operations["password_change"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Set another password with the token of a mailed link. All sessions of the user end. */
        post: operations["password_reset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/password/reset/ask": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** @description Mail a link that sets another password, once, within the hour. Unknown addresses get the same answer. */
        post: operations["password_reset_ask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** @description Change name, e-mail address, language or time zone. Another address needs the password. */
        patch: operations["profile_update"];
        trace?: never;
    };
    "/api/v1/registration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whether one may make an account, and for which address an invitation is. */
        get: operations["registration_get"];
        put?: never;
        /** @description Make an account of one's own, as a viewer, and sign in to it. */
        post: operations["registration_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who asks, and what they may. Also sets the CSRF cookie, which every write by session sends as X-CSRFToken. */
        get: operations["session_get"];
        put?: never;
        /** @description Sign in. Sets the session cookie; writes that follow send the CSRF cookie as X-CSRFToken. */
        post: operations["session_start"];
        /** @description Sign out of the session. Bearer tokens stay. */
        delete: operations["session_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Your sessions in browsers, newest first. */
        get: operations["sessions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description End one of your sessions: that browser has to sign in again. */
        delete: operations["sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Parts, pods, queues, newest telemetry, disk and safety. Not older than two seconds, however many ask. */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Requests per second that the load generator aims at, and how they move. */
        get: operations["system_load_get"];
        /** @description Change the load while it runs. */
        put: operations["system_load_set"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/pods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The pods as they are now. */
        get: operations["system_pods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The services, and which ones each calls. */
        get: operations["system_services"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Log lines, newest first. */
        get: operations["logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/logs/around": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The lines before and after one, oldest first, itself among them; as far as an hour away. */
        get: operations["logs_around"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/logs/arrivals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Log lines in the order of their arrival, to follow them live: none is lost, however late it comes. */
        get: operations["logs_arrivals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/logs/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * @description The log lines of a window and filters as a file, newest first, streamed.
         *
         *     In csv, a text that a spreadsheet would take for a formula begins with an apostrophe; ndjson has all as it was.
         *     As many run at once as uploads and downloads may (503). One that breaks off lacks its last chunk, which HTTP
         *     clients report.
         */
        get: operations["logs_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/logs/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How many log lines of each level there are in each step of the window. */
        get: operations["logs_histogram"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The metrics in the window, by name. */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/metrics/range": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Metrics over the window, a point a step: the last value in it, the rate, or a quantile of a histogram. */
        get: operations["metrics_range"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Who calls whom: rate, errors and latency of each edge. */
        get: operations["topology"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/traces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Traces, newest first. */
        get: operations["traces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/traces/{trace_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The spans of a trace. A window makes it faster; without one all telemetry is searched. */
        get: operations["trace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/traces/durations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description How long root spans, or the spans of the filters, took: counts by step of time and by duration. */
        get: operations["traces_durations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/telemetry/traces/points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Root spans, or the spans of the filters, as points to plot: when they began, and how long they took. */
        get: operations["traces_points"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Your tokens that have not expired. */
        get: operations["tokens_list"];
        put?: never;
        /** @description Make a bearer token. The answer is the only place where it is ever shown. */
        post: operations["tokens_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** @description Revoke one of your tokens. */
        delete: operations["tokens_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description All services with pods, load, errors and faults, and who calls whom; the window is rounded to 5 s. */
        get: operations["overview_topology"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Users, newest first. */
        get: operations["users_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** @description Give another role, disable or enable. The last admin stays one (409). */
        patch: operations["users_update"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AccountSettings: {
            registration: components["schemas"]["RegistrationPolicy"];
            languages: components["schemas"]["Language"][];
            /** @description from the least to the most */
            roles: string[];
            /** @description false: letters are written to a log only */
            mails: boolean;
        };
        Activity: {
            id: number;
            /** Format: date-time */
            at: string;
            /** @description platform: nobody asked for it */
            actor: string;
            /** @description names the sentence, for other languages */
            action: string;
            subject: string;
            /** @description what fills the sentence */
            readonly params: {
                [key: string]: (string | number | boolean) | null;
            };
            /** @description the sentence in English */
            readonly text: string;
        };
        Adapters: {
            system: string;
            faults: string;
            telemetry: string;
        };
        Around: {
            results: components["schemas"]["Log"][];
        };
        Arrivals: {
            results: components["schemas"]["Log"][];
            /** @description what comes later comes after it; there is always one */
            cursor: string;
            /** @description there is more already; false: ask again in a while */
            more: boolean;
        };
        AuditEntry: {
            readonly id: number;
            /** Format: date-time */
            readonly at: string;
            actor: string;
            action: string;
            subject: string;
            /** @description what the action was about: texts, numbers, lists of them, and objects */
            detail: {
                [key: string]: (string | number | boolean | Record<string, never> | (string | number)[]) | null;
            };
        };
        /** @enum {unknown} */
        BlankEnum: "";
        Bucket: {
            /** @description UTC microseconds */
            start: number;
            level: string;
            count: number;
        };
        Calendar: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            entries: components["schemas"]["CalendarEntry"][];
            /** @description of what there is more in the window than is shown */
            left_out: components["schemas"]["CalendarLeftOut"][];
        };
        CalendarEntry: {
            /** @description the same for the same thing in the same state */
            id: string;
            /** @description what ordered it; user: by hand */
            origin: components["schemas"]["CalendarOrigin"];
            state: components["schemas"]["CalendarState"];
            /** @description of fault, or of event */
            kind: string;
            /** @description what a healthy system goes through, and no fault */
            is_event: boolean;
            /** Format: date-time */
            start: string;
            /**
             * Format: date-time
             * @description null: it was skipped
             */
            end: string | null;
            /** @description whether it really took hold then; else it is expected */
            start_measured: boolean;
            /** @description whether it was really gone then; else it is expected */
            end_measured: boolean;
            /** @description of the experiment or campaign; may be empty */
            title: string;
            services: string[];
            /** @description those known already */
            pods: string[];
            /** @description why it was skipped, or what failed; may be empty */
            reason: string;
            /** @description user name */
            created_by: string | null;
            /** Format: uuid */
            injection: string | null;
            /** Format: uuid */
            experiment: string | null;
            /** Format: uuid */
            campaign: string | null;
            /** Format: uuid */
            campaign_step: string | null;
            /** Format: uuid */
            event: string | null;
        };
        CalendarLeftOut: {
            /** @description of such; past: of what has begun */
            state: components["schemas"]["CalendarState"];
            /**
             * Format: date-time
             * @description there is more before this time
             */
            before: string | null;
            /**
             * Format: date-time
             * @description there is more after this time
             */
            after: string | null;
            /**
             * Format: uuid
             * @description only of this one; null: of any
             */
            experiment: string | null;
            /** @description of the experiment; may be empty */
            title: string;
        };
        /** @enum {string} */
        CalendarOrigin: "user" | "experiment" | "campaign";
        /** @enum {string} */
        CalendarState: "planned" | "running" | "past" | "skipped";
        Campaign: {
            /** Format: uuid */
            readonly id: string;
            readonly name: string;
            readonly seed: number;
            readonly digest: string;
            state: components["schemas"]["CampaignState"];
            /** @description why it did not complete; may be empty */
            reason: string;
            /** @description steps that are over, in whatever way */
            steps_done: number;
            steps_total: number;
            /** @description of those over: the injection failed, or was ended early */
            steps_failed: number;
            /** @description of those over: nothing was injected */
            steps_skipped: number;
            /** @description of those over: done, but something else was wrong meanwhile */
            steps_unusable: number;
            /** Format: double */
            readonly expected_s: number;
            created_by?: string | null;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly started_at: string | null;
            /** Format: date-time */
            readonly finished_at: string | null;
        };
        CampaignDetail: {
            /** Format: uuid */
            readonly id: string;
            readonly name: string;
            readonly seed: number;
            readonly digest: string;
            state: components["schemas"]["CampaignState"];
            /** @description why it did not complete; may be empty */
            reason: string;
            /** @description steps that are over, in whatever way */
            steps_done: number;
            steps_total: number;
            /** @description of those over: the injection failed, or was ended early */
            steps_failed: number;
            /** @description of those over: nothing was injected */
            steps_skipped: number;
            /** @description of those over: done, but something else was wrong meanwhile */
            steps_unusable: number;
            /** Format: double */
            readonly expected_s: number;
            created_by?: string | null;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly started_at: string | null;
            /** Format: date-time */
            readonly finished_at: string | null;
            readonly progress: components["schemas"]["Progress"];
            /** @description the file as it was sent, with its comments; empty: it was sent as JSON */
            text: string;
            /** @description the file, defaults filled in */
            content: components["schemas"]["CampaignFile"];
            steps: components["schemas"]["Step"][];
        };
        /** CampaignFile */
        CampaignFile: {
            /** Name */
            name: string;
            /**
             * Seed
             * @description decides the order, the pauses, and which pod of a service
             * @default 0
             */
            seed?: number;
            /**
             * Load
             * @description requests per second; absent: as it is
             * @default null
             */
            load?: number | null;
            /**
             * Shape
             * @description what the data are for; decides the defaults of the next five
             * @default rca
             */
            shape?: components["schemas"]["CampaignShape"];
            /**
             * Warm Up
             * @description seconds for the system, and a new load, to settle; no normal time
             */
            warm_up?: number;
            /**
             * Duration
             * @description seconds of each injection
             */
            duration?: number;
            /**
             * Normal Before
             * @description seconds of normal time before each injection
             */
            normal_before?: number;
            /**
             * Normal After
             * @description seconds of normal time after each injection
             */
            normal_after?: number;
            /**
             * Pause Jitter
             * @description each pause is longer by up to so many seconds, drawn by the seed
             */
            pause_jitter?: number;
            /**
             * Repeats
             * @description how often the matrix is gone through
             * @default 1
             */
            repeats?: number;
            /**
             * Order
             * @default shuffled
             */
            order?: components["schemas"]["CampaignOrder"];
            /**
             * Allow Last Replica
             * @description faults may take a service's last ready pod
             * @default false
             */
            allow_last_replica?: boolean;
            /**
             * On Recovery Failed
             * @default recreate
             */
            on_recovery_failed?: components["schemas"]["OnRecoveryFailed"];
            steady?: components["schemas"]["Steady"];
            /** Stop */
            stop?: components["schemas"]["Stop"][];
            /** Matrix */
            matrix: (components["schemas"]["Fault"] | components["schemas"]["Together"])[];
            /**
             * Events
             * @description hard negatives among the faults: they look like trouble
             */
            events?: components["schemas"]["EventEntry"][];
        };
        /** CampaignFile */
        CampaignFileRequest: {
            /** Name */
            name: string;
            /**
             * Seed
             * @description decides the order, the pauses, and which pod of a service
             * @default 0
             */
            seed?: number;
            /**
             * Load
             * @description requests per second; absent: as it is
             * @default null
             */
            load?: number | null;
            /**
             * Shape
             * @description what the data are for; decides the defaults of the next five
             * @default rca
             */
            shape?: components["schemas"]["CampaignShape"];
            /**
             * Warm Up
             * @description seconds for the system, and a new load, to settle; no normal time
             */
            warm_up?: number;
            /**
             * Duration
             * @description seconds of each injection
             */
            duration?: number;
            /**
             * Normal Before
             * @description seconds of normal time before each injection
             */
            normal_before?: number;
            /**
             * Normal After
             * @description seconds of normal time after each injection
             */
            normal_after?: number;
            /**
             * Pause Jitter
             * @description each pause is longer by up to so many seconds, drawn by the seed
             */
            pause_jitter?: number;
            /**
             * Repeats
             * @description how often the matrix is gone through
             * @default 1
             */
            repeats?: number;
            /**
             * Order
             * @default shuffled
             */
            order?: components["schemas"]["CampaignOrder"];
            /**
             * Allow Last Replica
             * @description faults may take a service's last ready pod
             * @default false
             */
            allow_last_replica?: boolean;
            /**
             * On Recovery Failed
             * @default recreate
             */
            on_recovery_failed?: components["schemas"]["OnRecoveryFailed"];
            steady?: components["schemas"]["Steady"];
            /** Stop */
            stop?: components["schemas"]["Stop"][];
            /** Matrix */
            matrix: (components["schemas"]["Fault"] | components["schemas"]["Together"])[];
            /**
             * Events
             * @description hard negatives among the faults: they look like trouble
             */
            events?: components["schemas"]["EventEntry"][];
        };
        /** @enum {string} */
        CampaignOrder: "shuffled" | "written";
        /** @enum {string} */
        CampaignPods: "one" | "all";
        CampaignSettings: {
            /** @description of a campaign's file */
            largest_bytes: number;
        };
        /** @enum {string} */
        CampaignShape: "rca" | "detection" | "quick";
        /** @enum {string} */
        CampaignState: "planned" | "running" | "stopping" | "stopped" | "completed" | "aborted" | "failed";
        /** @enum {string} */
        CampaignStepState: "pending" | "waiting_steady" | "injecting" | "recovering" | "cooling" | "done" | "skipped" | "failed";
        /**
         * CampaignSteps
         * @description What they had come to by the end of the window.
         */
        CampaignSteps: {
            /**
             * Total
             * @default 0
             */
            total: number;
            /**
             * Done
             * @default 0
             */
            done: number;
            /**
             * Failed
             * @default 0
             */
            failed: number;
            /**
             * Skipped
             * @default 0
             */
            skipped: number;
            /**
             * Unusable
             * @default 0
             */
            unusable: number;
            /**
             * Later
             * @default 0
             */
            later: number;
        };
        /** @enum {string} */
        CampaignStopEnds: "campaign" | "injection";
        /**
         * Card
         * @description What ran, what is missing, what to beware of; nothing about faults.
         */
        Card: {
            /**
             * Card Version
             * @default 0
             */
            card_version: number;
            /** Name */
            name: string;
            /** Format */
            format: string;
            window: components["schemas"]["DatasetWindow"];
            /**
             * @default {
             *       "services": [],
             *       "pods": []
             *     }
             */
            system: components["schemas"]["DatasetSystem"];
            /**
             * Versions
             * @description of the software that made the data
             * @default {}
             */
            versions: {
                [key: string]: string;
            };
            /**
             * @default {
             *       "seed": null,
             *       "measured": {
             *         "requests_per_second": null
             *       }
             *     }
             */
            load: components["schemas"]["CardLoad"];
            /**
             * @default {
             *       "metric_interval_s": null,
             *       "knobs": {
             *         "log_drop": 0,
             *         "metric_step_s": 0,
             *         "missing_services": [],
             *         "onset_jitter_s": 0,
             *         "seed": 0,
             *         "trace_sampling": 1,
             *         "train_fraction": null
             *       }
             *     }
             */
            sampling: components["schemas"]["CardSampling"];
            /**
             * @default {
             *       "tables": {},
             *       "metrics": {}
             *     }
             */
            rows: components["schemas"]["DatasetRows"];
            /**
             * Kpis
             * @description by service
             * @default {}
             */
            kpis: {
                [key: string]: components["schemas"]["KeyFigures"];
            };
            /**
             * Gaps
             * @description times without telemetry
             * @default []
             */
            gaps: components["schemas"]["DatasetGap"][];
            /**
             * Left Out
             * @description metrics of original MicroServo datasets that are not here: why
             * @default {}
             */
            left_out: {
                [key: string]: string;
            };
            /**
             * Notes
             * @description what the knobs took away, in words
             * @default []
             */
            notes: string[];
            /**
             * Limits
             * @default []
             */
            limits: string[];
            /**
             * Licence
             * @default
             */
            licence: string;
        };
        /**
         * CardAnswers
         * @description What was injected, when, and what it did.
         */
        CardAnswers: {
            /**
             * Card Version
             * @default 0
             */
            card_version: number;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Campaigns
             * @description that ran in the window
             * @default []
             */
            campaigns: components["schemas"]["CardCampaign"][];
            /**
             * Experiments
             * @description whose injections touched it
             * @default []
             */
            experiments: components["schemas"]["CardExperiment"][];
            /**
             * @default {
             *       "set": [],
             *       "measured": null
             *     }
             */
            load: components["schemas"]["LoadOverTime"];
            /**
             * Injections
             * @default []
             */
            injections: components["schemas"]["CardInjection"][];
            /**
             * Events
             * @default []
             */
            events: components["schemas"]["CardEvent"][];
            /**
             * Normal
             * @description times without a fault
             * @default []
             */
            normal: components["schemas"]["NormalTime"][];
            /** @default null */
            vetted: components["schemas"]["Vetted"];
            /**
             * Kpis
             * @description by service
             * @default {}
             */
            kpis: {
                [key: string]: components["schemas"]["KeyFiguresByTime"];
            };
        };
        /** CardCampaign */
        CardCampaign: {
            /**
             * Campaign
             * @default
             */
            campaign: string;
            /** Name */
            name: string;
            /**
             * Seed
             * @default null
             */
            seed: number | null;
            /**
             * Digest
             * @default
             */
            digest: string;
            /**
             * Requests Per Second
             * @default null
             */
            requests_per_second: number | null;
            /** @default null */
            steps: components["schemas"]["CampaignSteps"];
        };
        /**
         * CardEvent
         * @description What the healthy system went through: no fault.
         */
        CardEvent: {
            /** Event */
            event: string;
            /** Kind */
            kind: string;
            /**
             * Service
             * @default
             */
            service: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /**
             * Start
             * @default null
             */
            start: number | null;
            /**
             * End
             * @default null
             */
            end: number | null;
            /**
             * End Reason
             * @default
             */
            end_reason: string;
            /**
             * Detail
             * @description what it did, in numbers
             * @default {}
             */
            detail: {
                [key: string]: (string | number | boolean) | null;
            };
            /**
             * Pods
             * @default []
             */
            pods: components["schemas"]["CardPodSpan"][];
        };
        /** CardExperiment */
        CardExperiment: {
            /**
             * Experiment
             * @default
             */
            experiment: string;
            /** Name */
            name: string;
            /**
             * Kind
             * @default
             */
            kind: string;
            /**
             * Schedule
             * @default
             */
            schedule: string;
            /**
             * Cron
             * @default
             */
            cron: string;
            /**
             * Time Zone
             * @default
             */
            time_zone: string;
        };
        /** CardInjection */
        CardInjection: {
            /** Injection */
            injection: string;
            /** Kind */
            kind: string;
            /**
             * Parameters
             * @default {}
             */
            parameters: {
                [key: string]: unknown;
            };
            /**
             * Ordered By
             * @description "campaign NAME", "experiment NAME"; null: by hand, or not known
             * @default null
             */
            ordered_by: string | null;
            /**
             * Side
             * @description of a split: train, test; null without one
             * @default null
             */
            side: string | null;
            /**
             * Pods
             * @default []
             */
            pods: components["schemas"]["CardLabel"][];
        };
        /**
         * CardKnobs
         * @description What was changed of the telemetry while it was exported.
         */
        CardKnobs: {
            /**
             * Trace Sampling
             * @default 1
             */
            trace_sampling: number;
            /**
             * Log Drop
             * @default 0
             */
            log_drop: number;
            /**
             * Metric Step S
             * @default 0
             */
            metric_step_s: number;
            /**
             * Missing Services
             * @default []
             */
            missing_services: string[];
            /**
             * Onset Jitter S
             * @default 0
             */
            onset_jitter_s: number;
            /**
             * Train Fraction
             * @default null
             */
            train_fraction: number | null;
            /**
             * Seed
             * @default 0
             */
            seed: number;
        };
        /**
         * CardLabel
         * @description Times are UTC microseconds, measured; null where nobody knows.
         */
        CardLabel: {
            /** Pod */
            pod: string;
            /**
             * Service
             * @default
             */
            service: string;
            /**
             * Start
             * @default null
             */
            start: number | null;
            /**
             * End
             * @default null
             */
            end: number | null;
            /**
             * Onset
             * @default null
             */
            onset: number | null;
            /**
             * End Reason
             * @default
             */
            end_reason: string;
            /**
             * Effect
             * @description confirmed, absent, unknown
             * @default unknown
             */
            effect: string;
        };
        /** CardLoad */
        CardLoad: {
            /**
             * Seed
             * @description of the simulated shoppers
             * @default null
             */
            seed: number | null;
            /**
             * @default {
             *       "requests_per_second": null
             *     }
             */
            measured: components["schemas"]["MeasuredLoad"];
        };
        /** CardPodSpan */
        CardPodSpan: {
            /** Pod */
            pod: string;
            /**
             * Start
             * @default null
             */
            start: number | null;
            /**
             * End
             * @default null
             */
            end: number | null;
        };
        /** CardSampling */
        CardSampling: {
            /**
             * Metric Interval S
             * @default null
             */
            metric_interval_s: number | null;
            /**
             * @default {
             *       "trace_sampling": 1,
             *       "log_drop": 0,
             *       "metric_step_s": 0,
             *       "missing_services": [],
             *       "onset_jitter_s": 0,
             *       "train_fraction": null,
             *       "seed": 0
             *     }
             */
            knobs: components["schemas"]["CardKnobs"];
        };
        /**
         * CardSeries
         * @description Key figures over time, at most 60 steps of at most 30 services.
         */
        CardSeries: {
            /** Step S */
            step_s: number;
            /**
             * Services
             * @default {}
             */
            services: {
                [key: string]: components["schemas"]["ServiceSeries"];
            };
            /**
             * More Services
             * @description with fewer rows, that are not told
             * @default 0
             */
            more_services: number;
        };
        Config: {
            version: string;
            mode: components["schemas"]["PlatformMode"];
            adapters: components["schemas"]["Adapters"];
            /** @description of the platform, as browsers reach it */
            url: string;
            shop_url: string;
            telemetry: components["schemas"]["TelemetrySettings"];
            faults: components["schemas"]["FaultSettings"];
            campaigns: components["schemas"]["CampaignSettings"];
            datasets: components["schemas"]["DatasetSettings"];
            accounts: components["schemas"]["AccountSettings"];
        };
        CredentialsRequest: {
            /** @description or e-mail address */
            username: string;
            password: string;
        };
        Dataset: {
            /** Format: uuid */
            readonly id: string;
            readonly name: string;
            readonly notes: string;
            /** Format: uuid */
            readonly campaign: string | null;
            /** @description of an import it is known once it is checked */
            format: string;
            /** @description what was changed of the telemetry */
            knobs: components["schemas"]["DatasetKnobs"];
            origin: components["schemas"]["DatasetOrigin"];
            readonly keep: boolean;
            state: components["schemas"]["DatasetState"];
            readonly cancel_requested: boolean;
            progress: components["schemas"]["DatasetProgress"];
            readonly size: number | null;
            /** @description of the manifest, once it is ready */
            digest: string;
            /** @description rows by table and by metric, faults by kind, once it is ready */
            counts: components["schemas"]["DatasetCounts"];
            readonly error: string;
            /** @description what to be careful with, found when it was imported */
            warnings: string[];
            created_by?: string | null;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly finished_at: string | null;
            from: number | null;
            to: number | null;
        };
        /** DatasetCard */
        DatasetCard: {
            card: components["schemas"]["Card"];
            /** @description null when nobody wrote a card */
            answers: components["schemas"]["CardAnswers"];
            /** @description null for datasets of versions that had none */
            series: components["schemas"]["CardSeries"];
            /**
             * Warnings
             * @description found when it was imported: clocks that disagree, files left out
             */
            warnings: string[];
        };
        DatasetCounts: {
            tables?: {
                [key: string]: number;
            };
            metrics?: {
                [key: string]: number;
            };
            /** @description injections by kind */
            faults?: {
                [key: string]: number;
            };
        };
        DatasetCreateRequest: {
            /** @description letters, digits, dots, dashes, underscores */
            name: string;
            /**
             * Format: uuid
             * @description instead of from and to: all of its time, warm-up included
             */
            campaign?: string;
            /** @default csv */
            format?: components["schemas"]["DatasetFormat"];
            /** @description what to change of the telemetry while it is exported */
            knobs?: components["schemas"]["DatasetKnobsRequest"];
            /**
             * @description for people; may be changed
             * @default
             */
            notes?: string;
            /** @description start of the window */
            from?: number | string;
            /** @description its end, not part of it; in the past */
            to?: number | string;
        };
        /** @enum {string} */
        DatasetFormat: "csv" | "openrca" | "parquet" | "rcaeval";
        /** DatasetGap */
        DatasetGap: {
            /**
             * Table
             * @default
             */
            table: string;
            /**
             * Start Us
             * @description UTC microseconds
             */
            start_us: number;
            /**
             * End Us
             * @description UTC microseconds
             */
            end_us: number;
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        DatasetKnobs: {
            /**
             * Format: double
             * @description share of traces kept, 0 to 1; default 1
             */
            trace_sampling?: number;
            /**
             * Format: double
             * @description share of log lines dropped, 0 to 1; default 0
             */
            log_drop?: number;
            /**
             * Format: int64
             * @description seconds between two samples of a series; default 0, as sampled
             */
            metric_step_s?: number;
            /** @description services whose telemetry is left out */
            missing_services?: string[];
            /**
             * Format: double
             * @description labels are moved by a random time of at most so many seconds; default 0
             */
            onset_jitter_s?: number;
            /**
             * Format: double
             * @description share of injections to train with; default null, no split
             */
            train_fraction?: number | null;
            /**
             * Format: int64
             * @description of all that is random here; default 0
             */
            seed?: number;
        };
        DatasetKnobsRequest: {
            /**
             * Format: double
             * @description share of traces kept, 0 to 1; default 1
             */
            trace_sampling?: number;
            /**
             * Format: double
             * @description share of log lines dropped, 0 to 1; default 0
             */
            log_drop?: number;
            /**
             * Format: int64
             * @description seconds between two samples of a series; default 0, as sampled
             */
            metric_step_s?: number;
            /** @description services whose telemetry is left out */
            missing_services?: string[];
            /**
             * Format: double
             * @description labels are moved by a random time of at most so many seconds; default 0
             */
            onset_jitter_s?: number;
            /**
             * Format: double
             * @description share of injections to train with; default null, no split
             */
            train_fraction?: number | null;
            /**
             * Format: int64
             * @description of all that is random here; default 0
             */
            seed?: number;
        };
        /**
         * DatasetManifest
         * @description dataset.json
         */
        DatasetManifest: {
            /** Format */
            format: string;
            /** Format Version */
            format_version: number;
            /** Name */
            name: string;
            window: components["schemas"]["ManifestWindow"];
            /**
             * Files
             * @description by path
             */
            files: {
                [key: string]: components["schemas"]["ManifestFile"];
            };
            /**
             * @default {
             *       "services": [],
             *       "pods": []
             *     }
             */
            system?: components["schemas"]["ManifestSystem"];
            /**
             * Faults
             * @default []
             */
            faults?: components["schemas"]["ManifestFault"][];
            /**
             * @default {
             *       "trace_sampling": 1,
             *       "log_drop": 0,
             *       "metric_step_s": 0,
             *       "missing_services": [],
             *       "onset_jitter_s": 0,
             *       "train_fraction": null,
             *       "seed": 0
             *     }
             */
            knobs?: components["schemas"]["ManifestKnobs"];
            /** @default null */
            split?: components["schemas"]["ManifestSplit"];
            /**
             * @default {
             *       "load": null,
             *       "knobs": null
             *     }
             */
            seeds?: components["schemas"]["ManifestSeeds"];
            /**
             * Licence
             * @default
             */
            licence?: string;
            /**
             * @default {
             *       "requests_per_second": null,
             *       "seed": null
             *     }
             */
            load?: components["schemas"]["ManifestLoad"];
            /**
             * @default {
             *       "interval_s": null
             *     }
             */
            sampling?: components["schemas"]["ManifestSampling"];
            /**
             * @default {
             *       "tables": {},
             *       "metrics": {}
             *     }
             */
            rows?: components["schemas"]["ManifestRows"];
            /**
             * Versions
             * @default {}
             */
            versions?: {
                [key: string]: string;
            };
            /**
             * Left Out
             * @default {}
             */
            left_out?: {
                [key: string]: string;
            };
            /**
             * Gaps
             * @default []
             */
            gaps?: components["schemas"]["ManifestGap"][];
            /**
             * Limits
             * @default []
             */
            limits?: string[];
            /**
             * Warnings
             * @description of one that was made when the dataset was imported
             * @default []
             */
            warnings?: string[];
            /** @default null */
            tasks?: components["schemas"]["ManifestTasks"];
        };
        /** @enum {string} */
        DatasetOrigin: "built" | "imported";
        /** @enum {string} */
        DatasetPhase: "waiting" | "writing" | "checking";
        /** DatasetPod */
        DatasetPod: {
            /** Name */
            name: string;
            /**
             * Service
             * @default
             */
            service: string;
            /**
             * Node
             * @default
             */
            node: string;
            /**
             * Cpu Limit
             * @description cores
             * @default null
             */
            cpu_limit: number | null;
            /**
             * Memory Limit
             * @description bytes
             * @default null
             */
            memory_limit: number | null;
        };
        DatasetProgress: {
            /** @description what a build or import is at; empty before and after */
            phase: components["schemas"]["DatasetPhase"] | components["schemas"]["BlankEnum"];
            rows_done: number;
            /** @description 0 until it is known */
            rows_total: number;
            /** @description before compression; while an import is checked, bytes read */
            bytes_written: number;
            /**
             * Format: double
             * @description at the present pace; null: too early to tell
             */
            seconds_left: number | null;
        };
        /** DatasetRows */
        DatasetRows: {
            /**
             * Tables
             * @default {}
             */
            tables: {
                [key: string]: number;
            };
            /**
             * Metrics
             * @default {}
             */
            metrics: {
                [key: string]: number;
            };
        };
        /** DatasetService */
        DatasetService: {
            /** Name */
            name: string;
            /**
             * Protocol
             * @description http, grpc, tcp; empty: not known, or nobody calls it
             * @default
             */
            protocol: string;
            /**
             * Replicas
             * @default null
             */
            replicas: number | null;
            /**
             * Calls
             * @description services that it calls
             * @default []
             */
            calls: string[];
        };
        DatasetSettings: {
            formats: string[];
            licence: string;
            /** Format: double */
            max_window_hours: number;
            /**
             * Format: double
             * @description null: datasets are not deleted by age
             */
            keep_days: number | null;
            /** @description of one user; null: no limit */
            quota_bytes: number | null;
            /** @description by the caller's datasets */
            used_bytes: number;
            max_upload_bytes: number;
            max_unpacked_bytes: number;
        };
        /** @enum {string} */
        DatasetState: "queued" | "building" | "ready" | "failed" | "cancelled" | "deleting";
        /** DatasetSystem */
        DatasetSystem: {
            /**
             * Services
             * @default []
             */
            services: components["schemas"]["DatasetService"][];
            /**
             * Pods
             * @default []
             */
            pods: components["schemas"]["DatasetPod"][];
        };
        /** DatasetWindow */
        DatasetWindow: {
            /**
             * Start
             * @description UTC microseconds
             */
            start: number;
            /**
             * End
             * @description UTC microseconds, exclusive
             */
            end: number;
            /**
             * Start Iso
             * @default
             */
            start_iso: string;
            /**
             * End Iso
             * @default
             */
            end_iso: string;
            /**
             * Unit
             * @default
             */
            unit: string;
        };
        Disk: {
            /** @description of the disk that the state folder is on */
            total_bytes: number;
            free_bytes: number;
            datasets_bytes: number;
        };
        DurationBucket: {
            /** @description UTC microseconds */
            start: number;
            /**
             * Format: double
             * @description microseconds
             */
            shortest: number;
            /**
             * Format: double
             * @description microseconds, exclusive
             */
            longest: number;
            count: number;
            /** @description how many of them failed */
            error_count: number;
        };
        DurationPoint: {
            /** @description UTC microseconds of its start */
            timestamp: number;
            /** @description microseconds */
            duration: number;
            trace_id: string;
            span_id: string;
            service: string;
            operation_name: string;
            is_error: boolean;
        };
        DurationPoints: {
            /** @description oldest first */
            points: components["schemas"]["DurationPoint"][];
            /** @description spans that there are */
            total: number;
            /** @description these are not all: the longest quarter of `limit`, and an even choice of the others */
            sampled: boolean;
        };
        Durations: {
            /**
             * Format: double
             * @description seconds
             */
            step: number;
            buckets: components["schemas"]["DurationBucket"][];
        };
        Edge: {
            source: string;
            destination: string;
            /**
             * Format: double
             * @description calls per second
             */
            rate: number;
            /**
             * Format: double
             * @description 0 to 1
             */
            error_ratio: number;
            /**
             * Format: double
             * @description microseconds, as the caller saw it
             */
            p50: number | null;
            /**
             * Format: double
             * @description microseconds, as the caller saw it
             */
            p95: number | null;
        };
        EmergencyStop: {
            /** @description whether faults are refused now */
            blocked: boolean;
            /** Format: uuid */
            id: string | null;
            /** @description who stopped */
            by: string | null;
            reason: string | null;
            /** Format: date-time */
            at: string | null;
        };
        EmergencyStopCreateRequest: {
            /** @description why; kept in the audit log */
            reason: string;
            /**
             * Format: uuid
             * @description your own, to make a repeated call harmless
             */
            id?: string | null;
        };
        Event: {
            /** Format: uuid */
            readonly id: string;
            readonly kind: string;
            readonly service: string;
            parameters: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description of kinds that last; else 0
             */
            duration_s: number;
            /**
             * Format: uuid
             * @description that ordered it
             */
            campaign_step: string | null;
            state: components["schemas"]["EventState"];
            readonly stop_requested: boolean;
            /** @description UTC microseconds, measured: its first visible deed */
            start: number | null;
            /** @description UTC microseconds, measured: its last one was done */
            end: number | null;
            /** @description completed, stopped, failed, cluster-restarted; empty: not over */
            end_reason: string;
            /** @description why it failed; may be empty */
            error: string;
            /** @description what it did, in numbers */
            detail: {
                [key: string]: (string | number | boolean) | null;
            };
            /** @description when each pod had part in it */
            pods: components["schemas"]["PodSpan"][];
            created_by?: string | null;
            /** Format: date-time */
            readonly created_at: string;
        };
        EventCreateRequest: {
            /** @description one of GET /api/v1/events/kinds */
            kind: string;
            /**
             * @description absent: the one that makes the load
             * @default
             */
            service?: string;
            /** @description of this kind, by name */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description seconds, of kinds that last; absent: faults.default_duration_s of config.yaml
             */
            duration_s?: number | null;
            /**
             * @description whether it may restart the only pod of a service
             * @default false
             */
            allow_last_replica?: boolean;
        };
        /**
         * EventEntry
         * @description What a healthy system goes through, on each of these services: no fault, and never a label of a dataset.
         */
        EventEntry: {
            /**
             * Event
             * @description one of GET /api/v1/events/kinds
             */
            event: string;
            /**
             * Services
             * @description absent only where no pod is changed: a load surge
             */
            services?: string[];
            /**
             * Parameters
             * @description a list of values makes a step of each
             */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Duration
             * @description seconds, of kinds that last; absent: the campaign's
             * @default null
             */
            duration?: number | null;
            /**
             * Allow Last Replica
             * @description absent: the campaign's
             * @default null
             */
            allow_last_replica?: boolean | null;
        };
        EventKind: {
            name: string;
            title: string;
            help: string;
            parameters: components["schemas"]["Parameter"][];
            /** @description for the duration that is asked for; others take the time they take */
            lasts: boolean;
            /** @description whether the system at hand can do it */
            supported: boolean;
            /** @description why not; empty when supported */
            reason: string;
        };
        /** @enum {string} */
        EventState: "planned" | "running" | "ended" | "failed";
        /** @description The telling KPI on top, the rest of them in `others`. */
        Evidence: {
            kpi?: string;
            unit?: string;
            /** @description name of the statistical test */
            test?: string;
            /** Format: double */
            statistic?: number | null;
            /** Format: double */
            p_value?: number | null;
            /**
             * Format: double
             * @description above 0 when values rose: Cliff's delta, or a difference of shares
             */
            effect_size?: number | null;
            /** Format: double */
            before?: number | null;
            /** Format: double */
            during?: number | null;
            /**
             * Format: double
             * @description what `before` would have been on a machine as busy as during
             */
            before_on_this_host?: number | null;
            /** @description why the effect is unknown */
            reason?: string;
            others?: components["schemas"]["Measured"][];
            /** @description [start, end] of times before, UTC microseconds */
            compared_with?: number[][];
            host?: components["schemas"]["Host"];
            /** @description that the load changed, in words */
            load?: string;
        };
        Experiment: {
            /** Format: uuid */
            readonly id: string;
            name: string;
            state: components["schemas"]["ExperimentState"];
            kind: string;
            services: string[];
            pods: string[];
            /** @description as asked for */
            parameters: {
                [key: string]: unknown;
            };
            /** Format: double */
            duration_s: number;
            allow_last_replica?: boolean;
            schedule: components["schemas"]["ExperimentSchedule"];
            /** @description counted up by each change */
            revision: number;
            /** @description user name */
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
        };
        ExperimentCreateRequest: {
            /** @description one of GET /api/v1/faults/kinds */
            kind: string;
            /** @description names of pods */
            pods?: string[];
            /** @description all pods of these */
            services?: string[];
            /** @description of this kind, by name */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description seconds; absent: faults.default_duration_s of config.yaml
             */
            duration_s?: number | null;
            /**
             * @description whether it may take down the only ready pod of a service
             * @default false
             */
            allow_last_replica?: boolean;
            name: string;
            /** @description absent: now */
            schedule?: components["schemas"]["ScheduleRequest"];
        };
        ExperimentSchedule: {
            type: components["schemas"]["ScheduleType"];
            /** @description may be empty */
            cron: string;
            time_zone: string;
            /**
             * Format: date-time
             * @description null: no occurrence will follow
             */
            next_at: string | null;
        };
        /** @enum {string} */
        ExperimentState: "scheduled" | "paused" | "stopped" | "finished";
        ExperimentVersion: {
            /** Format: int64 */
            revision: number;
            /** Format: date-time */
            created_at: string;
            /** @description user name */
            created_by: string | null;
            /** @description names in content that differ from the version before; empty: none was */
            changed: string[];
            /** @description what the experiment ordered from then on */
            content: components["schemas"]["VersionContent"];
        };
        /**
         * Fault
         * @description One fault on each of these services, with each combination of the values of its parameters.
         */
        Fault: {
            /**
             * Fault
             * @description one of GET /api/v1/faults/kinds
             */
            fault: string;
            /** Services */
            services: string[];
            /**
             * Pods
             * @description one: drawn by the seed
             * @default one
             */
            pods?: components["schemas"]["CampaignPods"];
            /**
             * Parameters
             * @description a list of values makes a step of each
             */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Duration
             * @description seconds; absent: the campaign's
             * @default null
             */
            duration?: number | null;
            /**
             * Allow Last Replica
             * @description absent: the campaign's
             * @default null
             */
            allow_last_replica?: boolean | null;
        };
        FaultSettings: {
            /** Format: double */
            default_duration_s: number;
            /** Format: double */
            max_duration_s: number;
            protected_services: string[];
        };
        FaultStatus: {
            emergency_stop: components["schemas"]["StopInForce"] | null;
            /** @description pods */
            quarantine: string[];
            open_injections: number;
        };
        Health: {
            /** @description ok: the web process answers and its database is within reach */
            status: string;
        };
        Histogram: {
            /**
             * Format: double
             * @description seconds
             */
            step: number;
            buckets: components["schemas"]["Bucket"][];
        };
        /** @description How busy the machine was during the fault; shares from 0 to 1. */
        Host: {
            strained?: boolean;
            /** Format: double */
            cpu_busy?: number | null;
            /** Format: double */
            cpu_waiting?: number | null;
            /** Format: double */
            cpu_stolen?: number | null;
            /**
             * Format: double
             * @description share of samples that did not come
             */
            ticks_missed?: number | null;
            /**
             * Format: double
             * @description times as long as before
             */
            slowdown_of_others?: number | null;
        };
        Injection: {
            /** Format: uuid */
            readonly id: string;
            kind: string;
            parameters: {
                [key: string]: unknown;
            };
            /** @description names of the pods */
            readonly targets: string[];
            /** Format: double */
            duration_s: number;
            allow_last_replica?: boolean;
            /**
             * Format: uuid
             * @description that ordered it
             */
            experiment: string | null;
            /**
             * Format: date-time
             * @description the experiment's planned time
             */
            scheduled_for: string | null;
            /**
             * Format: uuid
             * @description that ordered it
             */
            campaign_step: string | null;
            /**
             * Format: uuid
             * @description the same for faults that were ordered as one
             */
            group: string | null;
            /**
             * Format: double
             * @description how long after the first of its group it was meant to begin
             */
            after_s: number;
            state: components["schemas"]["InjectionState"];
            stop_requested?: boolean;
            /** @description why it failed, or which pods it missed; may be empty */
            error: string;
            /** @description user name */
            created_by: string | null;
            /** Format: date-time */
            requested_at: string;
            /** Format: date-time */
            deadline: string;
            /**
             * Format: date-time
             * @description measured: on the first pod
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description measured: on the last pod
             */
            ended_at: string | null;
            /** @description whether the pods came back; empty: not checked (yet) */
            recovery: components["schemas"]["RecoveryVerdict"] | components["schemas"]["BlankEnum"];
            /** @description what did not come back; may be empty */
            recovery_detail: string;
            labels: components["schemas"]["Label"][];
        };
        InjectionCreateRequest: {
            /** @description one of GET /api/v1/faults/kinds */
            kind: string;
            /** @description names of pods */
            pods?: string[];
            /** @description all pods of these */
            services?: string[];
            /** @description of this kind, by name */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description seconds; absent: faults.default_duration_s of config.yaml
             */
            duration_s?: number | null;
            /**
             * @description whether it may take down the only ready pod of a service
             * @default false
             */
            allow_last_replica?: boolean;
        };
        /** @enum {string} */
        InjectionState: "planned" | "applying" | "active" | "recovering" | "recovered" | "recovery_failed" | "failed";
        Invitation: {
            /** Format: uuid */
            readonly id: string;
            email: string;
            /** @default  */
            by?: string;
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            until: string;
        };
        InviteRequest: {
            /** Format: email */
            email: string;
        };
        Invited: {
            /** Format: uuid */
            id: string;
            email: string;
            by: string;
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            until: string;
            /** @description shown this once */
            link: string;
            /** @description why it could not be mailed; empty when it was */
            mail_error: string;
        };
        /**
         * KeyFigures
         * @description Of one service. Null: there was nothing to take the figure from.
         */
        KeyFigures: {
            /**
             * Log Rows
             * @default 0
             */
            log_rows: number;
            /**
             * Log Error Rows
             * @default 0
             */
            log_error_rows: number;
            /**
             * Span Rows
             * @default 0
             */
            span_rows: number;
            /**
             * Requests
             * @default 0
             */
            requests: number;
            /**
             * Error Ratio
             * @default null
             */
            error_ratio: number | null;
            /**
             * Latency P50 Ms
             * @default null
             */
            latency_p50_ms: number | null;
            /**
             * Latency P95 Ms
             * @default null
             */
            latency_p95_ms: number | null;
            /**
             * Cpu Cores
             * @default null
             */
            cpu_cores: number | null;
            /**
             * Memory Mean Bytes
             * @default null
             */
            memory_mean_bytes: number | null;
            /**
             * Memory Max Bytes
             * @default null
             */
            memory_max_bytes: number | null;
        };
        /** KeyFiguresByTime */
        KeyFiguresByTime: {
            /**
             * @default {
             *       "log_rows": 0,
             *       "log_error_rows": 0,
             *       "span_rows": 0,
             *       "requests": 0,
             *       "error_ratio": null,
             *       "latency_p50_ms": null,
             *       "latency_p95_ms": null,
             *       "cpu_cores": null,
             *       "memory_mean_bytes": null,
             *       "memory_max_bytes": null
             *     }
             */
            normal: components["schemas"]["KeyFigures"];
            /**
             * @default {
             *       "log_rows": 0,
             *       "log_error_rows": 0,
             *       "span_rows": 0,
             *       "requests": 0,
             *       "error_ratio": null,
             *       "latency_p50_ms": null,
             *       "latency_p95_ms": null,
             *       "cpu_cores": null,
             *       "memory_mean_bytes": null,
             *       "memory_max_bytes": null
             *     }
             */
            fault: components["schemas"]["KeyFigures"];
        };
        Kind: {
            name: string;
            title: string;
            help: string;
            parameters: components["schemas"]["Parameter"][];
            /** @description of the target; empty: any */
            protocols: string[];
            /** @description it hits files: only pods of services that have volumes can take it */
            files: boolean;
            /** @description done and over; its duration does not matter */
            at_once: boolean;
            /** @description its pods serve nobody meanwhile: see allow_last_replica */
            takes_down: boolean;
            /** @description whether the system at hand can do it */
            supported: boolean;
            /** @description why not; empty when supported */
            reason: string;
        };
        Label: {
            /** @description the same for good */
            id: number;
            /** Format: uuid */
            injection: string;
            pod: string;
            service: string;
            kind: string;
            /** @description UTC microseconds, measured: the fault really took hold */
            start: number;
            /** @description UTC microseconds, measured: it was really gone; null while it lasts or not known */
            end: number | null;
            /** @description deadline, recovered, completed; before it was asked for: pod-restarted, cluster-restarted, or ended-early (its own processes died, the injection's `error` says of what); unknown: nobody could tell the end */
            end_reason: string;
            /** @description whether the telemetry shows the fault on this pod */
            effect: components["schemas"]["LabelEffect"];
            /** @description whether `effect` is final */
            effect_checked: boolean;
            /** @description UTC microseconds: the first visible change */
            onset: number | null;
            /** @description of the effect; empty while it is not checked */
            evidence: components["schemas"]["Evidence"];
        };
        /** @enum {string} */
        LabelEffect: "unknown" | "confirmed" | "absent";
        /** @enum {string} */
        Language: "en" | "zh";
        LibraryFile: {
            name: string;
            /** @description the comment that it begins with */
            description: string;
            text: string;
            sketch: components["schemas"]["Sketch"];
        };
        Load: {
            /**
             * Format: double
             * @description requests per second, around which the profile moves
             */
            rate: number;
            profile: components["schemas"]["LoadProfile"];
            /**
             * Format: double
             * @description in which a day of the profile passes
             */
            period_s: number;
            /** @description what is replayed; else empty */
            series: number[];
        };
        LoadFormRequest: {
            /**
             * Format: double
             * @description requests per second on average; 0 stops the load
             */
            rate: number;
            /** @description how the rate moves: left out, it goes on as it does now */
            profile?: components["schemas"]["LoadProfile"];
            /**
             * Format: double
             * @description in which a day of the profile passes
             * @default 1200
             */
            period_s?: number;
            /** @description for replay, and for it alone: at least two numbers, in any unit; their mean counts as the rate */
            series?: number[];
        };
        /** LoadOverTime */
        LoadOverTime: {
            /**
             * Set
             * @default []
             */
            set: components["schemas"]["LoadSetting"][];
            /** @default null */
            measured: components["schemas"]["LoadSteps"];
        };
        /** @enum {string} */
        LoadProfile: "constant" | "diurnal" | "burst" | "steps" | "replay";
        /** LoadSetting */
        LoadSetting: {
            /**
             * At
             * @description UTC microseconds
             */
            at: number;
            /** Requests Per Second */
            requests_per_second: number;
        };
        /** LoadSteps */
        LoadSteps: {
            /** Step S */
            step_s: number;
            /**
             * Requests Per Second
             * @description of each step from the start of the window
             */
            requests_per_second: number[];
        };
        Log: {
            log_id: number;
            /** @description UTC microseconds */
            timestamp: number;
            service: string;
            pod: string;
            level: string;
            message: string;
            trace_id: string | null;
            span_id: string | null;
        };
        LogPage: {
            results: components["schemas"]["Log"][];
            /** @description continues after the last row; null at the end. A search that finds little returns fewer results than asked for, even none, with a cursor that goes on further back */
            cursor: string | null;
        };
        /**
         * ManifestBaseline
         * @description What answering always the same scores.
         */
        ManifestBaseline: {
            /**
             * Tasks
             * @default 0
             */
            tasks?: number;
            /**
             * Correct
             * @default 0
             */
            correct?: number;
            /**
             * Mean Score
             * @default null
             */
            mean_score?: number | null;
            /**
             * By Task
             * @default {}
             */
            by_task?: {
                [key: string]: components["schemas"]["ManifestScore"];
            };
        };
        /** ManifestFault */
        ManifestFault: {
            /** Injection */
            injection: string;
            /** Kind */
            kind: string;
            /**
             * Pods
             * @default []
             */
            pods?: string[];
            /**
             * Start
             * @description UTC microseconds
             * @default null
             */
            start?: number | null;
            /**
             * End
             * @description UTC microseconds
             * @default null
             */
            end?: number | null;
        };
        /** ManifestFile */
        ManifestFile: {
            /** Bytes */
            bytes: number;
            /** Sha256 */
            sha256: string;
            /**
             * Rows
             * @description of a table
             * @default null
             */
            rows?: number | null;
        };
        /** ManifestGap */
        ManifestGap: {
            /**
             * Table
             * @default
             */
            table?: string;
            /**
             * Start Us
             * @description UTC microseconds
             */
            start_us: number;
            /**
             * End Us
             * @description UTC microseconds
             */
            end_us: number;
            /**
             * Reason
             * @default
             */
            reason?: string;
        };
        /** ManifestKnobs */
        ManifestKnobs: {
            /**
             * Trace Sampling
             * @default 1
             */
            trace_sampling?: number;
            /**
             * Log Drop
             * @default 0
             */
            log_drop?: number;
            /**
             * Metric Step S
             * @default 0
             */
            metric_step_s?: number;
            /**
             * Missing Services
             * @default []
             */
            missing_services?: string[];
            /**
             * Onset Jitter S
             * @default 0
             */
            onset_jitter_s?: number;
            /**
             * Train Fraction
             * @default null
             */
            train_fraction?: number | null;
            /**
             * Seed
             * @default 0
             */
            seed?: number;
        };
        /** ManifestLoad */
        ManifestLoad: {
            /**
             * Requests Per Second
             * @description asked for when the window began
             * @default null
             */
            requests_per_second?: number | null;
            /**
             * Seed
             * @default null
             */
            seed?: number | null;
        };
        /** ManifestPod */
        ManifestPod: {
            /** Name */
            name: string;
            /**
             * Service
             * @default
             */
            service?: string;
            /**
             * Node
             * @default
             */
            node?: string;
            /**
             * Cpu Limit
             * @description cores
             * @default null
             */
            cpu_limit?: number | null;
            /**
             * Memory Limit
             * @description bytes
             * @default null
             */
            memory_limit?: number | null;
        };
        /** ManifestRows */
        ManifestRows: {
            /**
             * Tables
             * @default {}
             */
            tables?: {
                [key: string]: number;
            };
            /**
             * Metrics
             * @default {}
             */
            metrics?: {
                [key: string]: number;
            };
        };
        /** ManifestSampling */
        ManifestSampling: {
            /**
             * Interval S
             * @default null
             */
            interval_s?: number | null;
        };
        /** ManifestScore */
        ManifestScore: {
            /**
             * Tasks
             * @default 0
             */
            tasks?: number;
            /**
             * Correct
             * @default 0
             */
            correct?: number;
            /**
             * Mean Score
             * @default null
             */
            mean_score?: number | null;
        };
        /** ManifestSeeds */
        ManifestSeeds: {
            /**
             * Load
             * @default null
             */
            load?: number | null;
            /**
             * Knobs
             * @default null
             */
            knobs?: number | null;
        };
        /** ManifestService */
        ManifestService: {
            /** Name */
            name: string;
            /**
             * Protocol
             * @description http, grpc, tcp; empty: not known, or nobody calls it
             * @default
             */
            protocol?: string;
            /**
             * Replicas
             * @default null
             */
            replicas?: number | null;
            /**
             * Calls
             * @description services that it calls
             * @default []
             */
            calls?: string[];
        };
        /**
         * ManifestSplit
         * @description How many injections are on either side.
         */
        ManifestSplit: {
            /**
             * Train
             * @default 0
             */
            train?: number;
            /**
             * Test
             * @default 0
             */
            test?: number;
        };
        /** ManifestSystem */
        ManifestSystem: {
            /**
             * Services
             * @default []
             */
            services?: components["schemas"]["ManifestService"][];
            /**
             * Pods
             * @default []
             */
            pods?: components["schemas"]["ManifestPod"][];
        };
        /**
         * ManifestTasks
         * @description Of an openrca dataset.
         */
        ManifestTasks: {
            /**
             * Count
             * @default 0
             */
            count?: number;
            /** @default null */
            constant_baseline?: components["schemas"]["ManifestBaseline"];
        };
        /** ManifestWindow */
        ManifestWindow: {
            /**
             * Start
             * @description UTC microseconds
             */
            start: number;
            /**
             * End
             * @description UTC microseconds, exclusive
             */
            end: number;
            /**
             * Start Iso
             * @default
             */
            start_iso?: string;
            /**
             * End Iso
             * @default
             */
            end_iso?: string;
            /**
             * Unit
             * @default
             */
            unit?: string;
        };
        /** @description One KPI before and during the fault. */
        Measured: {
            kpi?: string;
            unit?: string;
            /** @description name of the statistical test */
            test?: string;
            /** Format: double */
            statistic?: number | null;
            /** Format: double */
            p_value?: number | null;
            /**
             * Format: double
             * @description above 0 when values rose: Cliff's delta, or a difference of shares
             */
            effect_size?: number | null;
            /** Format: double */
            before?: number | null;
            /** Format: double */
            during?: number | null;
            /**
             * Format: double
             * @description what `before` would have been on a machine as busy as during
             */
            before_on_this_host?: number | null;
        };
        /** MeasuredLoad */
        MeasuredLoad: {
            /**
             * Requests Per Second
             * @description over all of the window, that reached the shop's front
             * @default null
             */
            requests_per_second: number | null;
        };
        /** Member */
        Member: {
            /**
             * Fault
             * @description one of GET /api/v1/faults/kinds
             */
            fault: string;
            /** Services */
            services: string[];
            /**
             * Pods
             * @description one: drawn by the seed
             * @default one
             */
            pods?: components["schemas"]["CampaignPods"];
            /**
             * Parameters
             * @description a list of values makes a step of each
             */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Duration
             * @description seconds; absent: the campaign's
             * @default null
             */
            duration?: number | null;
            /**
             * Allow Last Replica
             * @description absent: the campaign's
             * @default null
             */
            allow_last_replica?: boolean | null;
            /**
             * After
             * @description seconds after the first of them took hold: a cascade
             * @default 0
             */
            after?: number;
        };
        Metric: {
            name: string;
            /** @description by the conventions of its name */
            type: components["schemas"]["MetricType"];
            /** @description "" for a number of things */
            unit: string;
            /** @description "" when nothing is known */
            help: string;
        };
        MetricRange: {
            metric: string;
            series: components["schemas"]["Series"][];
            /** @description there are more series than `limit`; these are the first by name */
            truncated: boolean;
        };
        /** @enum {string} */
        MetricType: "counter" | "gauge" | "histogram";
        NamedValue: {
            value: number;
            name: string;
            /** @description may be empty */
            help: string;
        };
        Newest: {
            /** @description UTC microseconds */
            logs: number | null;
            /** @description UTC microseconds */
            spans: number | null;
            /** @description UTC microseconds */
            samples: number | null;
        };
        Node: {
            service: string;
            /** @description pods that are ready */
            ready: number;
            /** @description pods that there are */
            total: number;
            /**
             * Format: double
             * @description requests per second that it answered
             */
            rate: number;
            /**
             * Format: double
             * @description 0 to 1; null without requests
             */
            error_ratio: number | null;
            /**
             * Format: double
             * @description microseconds; null without requests
             */
            p95: number | null;
            /** @description kinds of the faults at its pods now */
            faults: string[];
        };
        /**
         * NormalDoubt
         * @description What was wrong, from when to when; figures that are not of `what` are null.
         */
        NormalDoubt: {
            /**
             * What
             * @description errors, latency, machine, gap
             */
            what: string;
            /** Start */
            start: number;
            /** End */
            end: number;
            /**
             * Failed
             * @default null
             */
            failed: number | null;
            /**
             * Calls
             * @default null
             */
            calls: number | null;
            /**
             * Service
             * @default null
             */
            service: string | null;
            /**
             * Latency P95 Ms
             * @default null
             */
            latency_p95_ms: number | null;
            /**
             * Usual Ms
             * @default null
             */
            usual_ms: number | null;
            /**
             * Cpu Busy
             * @default null
             */
            cpu_busy: number | null;
            /**
             * Cpu Waiting
             * @default null
             */
            cpu_waiting: number | null;
            /**
             * Cpu Stolen
             * @default null
             */
            cpu_stolen: number | null;
            /**
             * Missing S
             * @default null
             */
            missing_s: number | null;
            /**
             * Runs
             * @description it stands for so many
             * @default null
             */
            runs: number | null;
        };
        /**
         * NormalFigures
         * @description Of the whole time; null where nobody looked.
         */
        NormalFigures: {
            /**
             * Calls
             * @default 0
             */
            calls: number;
            /**
             * Failed
             * @default 0
             */
            failed: number;
            /**
             * Error Ratio
             * @default null
             */
            error_ratio: number | null;
            /**
             * Latency P95 Ms
             * @description by service
             * @default {}
             */
            latency_p95_ms: {
                [key: string]: number;
            };
            /**
             * Cpu Busy
             * @default null
             */
            cpu_busy: number | null;
            /**
             * Cpu Waiting
             * @default null
             */
            cpu_waiting: number | null;
            /**
             * Cpu Stolen
             * @default null
             */
            cpu_stolen: number | null;
            /**
             * Missing S
             * @default 0
             */
            missing_s: number;
        };
        /** NormalTime */
        NormalTime: {
            /**
             * Start
             * @description UTC microseconds
             */
            start: number;
            /**
             * End
             * @description UTC microseconds
             */
            end: number;
            /**
             * Verdict
             * @description clean, doubtful, unknown, not vetted
             * @default not vetted
             */
            verdict: string;
            /** @default null */
            figures: components["schemas"]["NormalFigures"];
            /**
             * Doubts
             * @default []
             */
            doubts: components["schemas"]["NormalDoubt"][];
        };
        Occurrence: {
            /** Format: date-time */
            scheduled_for: string;
            outcome: components["schemas"]["OccurrenceOutcome"];
            /** @description why it was skipped; empty otherwise */
            reason: string;
            /** @description of the experiment, by which it ran or was skipped */
            revision: number;
            injection: components["schemas"]["Injection"] | null;
        };
        /** @enum {string} */
        OccurrenceOutcome: "pending" | "injected" | "skipped";
        /** @enum {string} */
        OnRecoveryFailed: "recreate" | "abort" | "continue";
        PaginatedActivityList: {
            results: components["schemas"]["Activity"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedAuditEntryList: {
            results: components["schemas"]["AuditEntry"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedCampaignList: {
            results: components["schemas"]["Campaign"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedDatasetList: {
            results: components["schemas"]["Dataset"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedEventList: {
            results: components["schemas"]["Event"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedExperimentList: {
            results: components["schemas"]["Experiment"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedExperimentVersionList: {
            results: components["schemas"]["ExperimentVersion"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedInjectionList: {
            results: components["schemas"]["Injection"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedLabelList: {
            results: components["schemas"]["Label"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedOccurrenceList: {
            results: components["schemas"]["Occurrence"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedSavedCampaignList: {
            results: components["schemas"]["SavedCampaign"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedSavedVersionList: {
            results: components["schemas"]["SavedVersion"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        PaginatedUserList: {
            results: components["schemas"]["User"][];
            /**
             * @description Continues after the last row; null at the end.
             * @example null
             */
            cursor: string | null;
            /**
             * @description Rows of all pages together; null for more than 10,000.
             * @example 1
             */
            total: number | null;
        };
        Parameter: {
            name: string;
            type: components["schemas"]["ParameterType"];
            help: string;
            /** @description may be empty */
            unit: string;
            /** @description inclusive ranges; a number must be in one of them; of a string the length, of a list the size */
            bounds: number[][];
            choices: string[];
            required: boolean;
            /** @description taken when the parameter is absent */
            default: (string | number | boolean | string[]) | null;
            /** @description what the value names: service and container are of GET /api/v1/system/services, as is path, which lies below a volume of the pod's service; request-path begins the path of a request; errno is a number of `names`; any: nothing that could be listed */
            format: components["schemas"]["ParameterFormat"];
            /** @description which bounds hold for which; empty: all for any */
            protocol_bounds: components["schemas"]["ProtocolBounds"][];
            /** @description of values that have a name */
            names: components["schemas"]["NamedValue"][];
        };
        /** @enum {string} */
        ParameterFormat: "any" | "service" | "container" | "path" | "request-path" | "errno";
        /** @enum {string} */
        ParameterType: "integer" | "number" | "string" | "strings" | "choice";
        Part: {
            name: string;
            /** @description running, starting, backoff, … */
            state: string;
            /** @description UTC microseconds of its start */
            since: number | null;
            restarts: number;
        };
        PasswordChangeRequest: {
            old: string;
            new: string;
        };
        PasswordResetAskRequest: {
            /** Format: email */
            email: string;
        };
        PasswordResetRequest: {
            /** @description of the mailed link */
            token: string;
            password: string;
        };
        /** @description What is left out stays. */
        PatchedDatasetChangeRequest: {
            /** @description never delete it because of its age (datasets.keep_days) */
            keep?: boolean;
            notes?: string;
        };
        /** @description What is absent stays as it is. Lists, parameters and the schedule are replaced as a whole. */
        PatchedExperimentUpdateRequest: {
            name?: string;
            /** @description one of GET /api/v1/faults/kinds */
            kind?: string;
            pods?: string[];
            services?: string[];
            /** @description of the kind, by name */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description null: faults.default_duration_s
             */
            duration_s?: number | null;
            allow_last_replica?: boolean;
            schedule?: components["schemas"]["ScheduleRequest"];
            /**
             * Format: int64
             * @description of the experiment as you have seen it: 409 if it is another by now
             */
            revision?: number;
        };
        /** @description What is left out stays. */
        PatchedProfileUpdateRequest: {
            /** @description as it is to be shown */
            name?: string;
            /** Format: email */
            email?: string;
            language?: components["schemas"]["Language"];
            /** @description IANA name, e.g. Asia/Shanghai */
            time_zone?: string;
            /** @description needed for another e-mail address */
            password?: string;
        };
        PatchedSavedCampaignUpdateRequest: {
            name?: string;
            notes?: string;
            /** @description the file */
            text?: string;
            /**
             * Format: int64
             * @description the one that you have seen: 409 if it is another by now
             */
            version?: number;
        };
        /** @description What is left out stays. */
        PatchedUserUpdateRequest: {
            role?: components["schemas"]["Role"];
            /** @description false: signed out everywhere, and not to sign in again */
            is_active?: boolean;
        };
        Plan: {
            name: string;
            seed: number;
            /** @description of the file's content; the same digest, the same plan */
            digest: string;
            /**
             * Format: double
             * @description how long it will take, if no step has to wait
             */
            expected_s: number;
            steps: components["schemas"]["PlannedStep"][];
            /** @description what each group will leave for a dataset */
            cases: components["schemas"]["PlannedCase"][];
            /** @description what the data will not be good for */
            warnings: string[];
        };
        /** @description Whole seconds, if no step has to wait. */
        PlannedCase: {
            group: number;
            /** @description after the start of the campaign */
            begins_s: number;
            /** @description normal time before the fault */
            before_s: number;
            /** @description from its start until the next one, or the end */
            after_s: number;
            /** @description what a case of the rcaeval format has on either side of the fault's start */
            each_side_s: number;
        };
        PlannedStep: {
            /**
             * Format: uuid
             * @description the same in every run of this plan
             */
            id: string;
            index: number;
            /** @description those of one group are ordered as one: together, or as a cascade */
            group: number;
            /** @description what a healthy system goes through, and no fault */
            is_event: boolean;
            /** @description its kind, or that of the event */
            fault: string;
            /** @description empty: the one that makes the load */
            service: string;
            /** @description one: drawn by the seed */
            pods: components["schemas"]["CampaignPods"];
            parameters: {
                [key: string]: unknown;
            };
            /** Format: double */
            duration_s: number;
            /**
             * Format: double
             * @description seconds after the first of its group took hold
             */
            after_s: number;
            /**
             * Format: double
             * @description seconds without faults before its group
             */
            pause_s: number;
            allow_last_replica: boolean;
            /** @description from 1 */
            repeat: number;
        };
        /** @enum {string} */
        PlatformMode: "embedded" | "cluster";
        Pod: {
            name: string;
            service: string;
            node: string;
            /** @description Pending, Running or Failed */
            phase: string;
            ready: boolean;
            restarts: number;
            /** @description UTC microseconds; null while it does not run */
            started: number | null;
            pid: number | null;
            /**
             * Format: double
             * @description cores
             */
            cpu_limit: number | null;
            /** @description bytes */
            memory_limit: number | null;
            /**
             * Format: double
             * @description used since its start
             */
            cpu_seconds: number | null;
            /** @description resident now */
            memory_bytes: number | null;
            /** @description of its service; may be empty */
            version: string;
        };
        PodSpan: {
            pod: string;
            /** @description UTC microseconds, measured: it left service, or was made */
            start: number;
            /** @description UTC microseconds, measured: it was ready, or gone */
            end: number | null;
        };
        Pods: {
            total: number;
            ready: number;
            not_ready: string[];
            restarts: number;
        };
        Preview: {
            /** @description whether nothing speaks against it now */
            possible: boolean;
            /** @description exactly these would be given the fault, as of now */
            pods: components["schemas"]["PreviewPod"][];
            /** @description with all defaults */
            parameters: {
                [key: string]: unknown;
            };
            /** Format: double */
            duration_s: number;
            /** @description the next ones, in UTC */
            occurrences: string[];
            /** @description why it would be refused, by field of the request; empty name: not about a field */
            refusals: {
                [key: string]: string[];
            };
        };
        PreviewPod: {
            name: string;
            service: string;
            ready: boolean;
        };
        PreviewRequestRequest: {
            /** @description one of GET /api/v1/faults/kinds */
            kind: string;
            /** @description names of pods */
            pods?: string[];
            /** @description all pods of these */
            services?: string[];
            /** @description of this kind, by name */
            parameters?: {
                [key: string]: unknown;
            };
            /**
             * Format: double
             * @description seconds; absent: faults.default_duration_s of config.yaml
             */
            duration_s?: number | null;
            /**
             * @description whether it may take down the only ready pod of a service
             * @default false
             */
            allow_last_replica?: boolean;
            /** @description absent: now */
            schedule?: components["schemas"]["ScheduleRequest"];
            /** @description not looked at */
            name?: string;
            /**
             * @description how many of the next occurrences
             * @default 5
             */
            count?: number;
        };
        /** @description Problem details, RFC 9457. */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description stable name of what is wrong, for other languages */
            code: string;
            /** @description what fills the sentence of that code */
            params: {
                [key: string]: (string | number | boolean) | null;
            };
            /** @description messages per input field */
            errors?: {
                [key: string]: string[];
            };
            /** @description of each of errors */
            error_codes?: {
                [key: string]: string[];
            };
            /** @description of errors in a text that was sent, such as a campaign */
            places?: components["schemas"]["ProblemPlace"][];
            /** @description names an internal error in the platform's log */
            id?: string;
        };
        ProblemPlace: {
            /** @description keys and positions, joined by dots; empty: the whole text */
            path: string;
            /** @description from 1; null: what was sent has no lines */
            line: number | null;
            /** @description from 1 */
            column: number | null;
            message: string;
        };
        Progress: {
            steps_done: number;
            steps_total: number;
            /** @description index of the step that is under way */
            current: number | null;
            /**
             * Format: double
             * @description expected; null when it is over
             */
            seconds_left: number | null;
        };
        ProtocolBounds: {
            /** @description of the services that answer the requests */
            protocol: string;
            /** @description those that hold for it */
            bounds: number[][];
        };
        Quarantine: {
            pod: string;
            reason: string;
            /**
             * Format: uuid
             * @description after which it did not recover
             */
            injection: string | null;
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            cleared_at?: string | null;
            /** @description user name */
            cleared_by: string | null;
        };
        Queues: {
            /** @description waiting for a worker; null: no broker in reach */
            tasks: number | null;
            builds_queued: number;
            builds_running: number;
        };
        Range: {
            /**
             * Format: double
             * @description seconds
             */
            step: number;
            results: components["schemas"]["MetricRange"][];
        };
        /** @enum {string} */
        RecoveryVerdict: "verified" | "failed";
        RegisterRequest: {
            /** @description letters, digits and ._+- */
            username: string;
            /** Format: email */
            email: string;
            password: string;
            /**
             * @description of the mailed link, where one is needed
             * @default
             */
            invitation?: string;
        };
        Registration: {
            /** @description accounts.registration */
            allowed: components["schemas"]["RegistrationPolicy"];
            /** @description that the invitation is for; empty without one */
            email: string;
        };
        /** @enum {string} */
        RegistrationPolicy: "off" | "invitation" | "open";
        Revisions: {
            injections: number;
            experiments: number;
            events: number;
            campaigns: number;
            datasets: number;
            users: number;
            system: number;
        };
        /** @enum {string} */
        Role: "viewer" | "researcher" | "operator" | "admin";
        /** @enum {string} */
        RoleOrAnyone: "anyone" | "viewer" | "researcher" | "operator" | "admin";
        RunningCampaign: {
            /** Format: uuid */
            id: string;
            name: string;
            state: string;
        };
        Sandbox: {
            level: components["schemas"]["SandboxLevel"];
            reason: string;
        };
        /** @enum {string} */
        SandboxLevel: "full" | "reduced" | "none";
        SavedCampaign: {
            /** Format: uuid */
            readonly id: string;
            name: string;
            notes?: string;
            /** @description the latest; each change of the text makes one */
            version: number;
            /** @description user name */
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        SavedCampaignCreateRequest: {
            /** @description to find it by */
            name: string;
            /**
             * @description for people
             * @default
             */
            notes?: string;
            /** @description the file */
            text: string;
        };
        SavedCampaignDetail: {
            /** Format: uuid */
            readonly id: string;
            name: string;
            notes?: string;
            /** @description the latest; each change of the text makes one */
            version: number;
            /** @description user name */
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
            /** @description of the latest version */
            readonly text: string;
            readonly sketch: components["schemas"]["Sketch"];
        };
        SavedVersion: {
            /** Format: int64 */
            version: number;
            text?: string;
            /** @description user name */
            created_by: string | null;
            /** Format: date-time */
            created_at: string;
        };
        ScheduleRequest: {
            /** @default now */
            type?: components["schemas"]["ScheduleType"];
            /** @description with its time zone; of `at` only */
            at?: (number | string) | null;
            /**
             * @description minute hour day-of-month month day-of-week, as Vixie's cron reads them; of `cron` only
             * @default
             */
            cron?: string;
            /**
             * @description of `cron`, such as Europe/Paris
             * @default UTC
             */
            time_zone?: string;
        };
        /** @enum {string} */
        ScheduleType: "now" | "at" | "cron";
        SectionError: {
            section: string;
            detail: string;
        };
        Series: {
            /** @description "" when summed over */
            service: string;
            /** @description "" when summed over */
            pod: string;
            /** @description key=value,key=value */
            labels: string;
            /** @description [UTC microseconds of the step's start, value] */
            points: (number | null)[][];
        };
        Service: {
            name: string;
            replicas: number;
            /** @description http, grpc, tcp, or empty for a service that nobody calls */
            protocol: string;
            /** @description services it calls */
            calls: string[];
            /** @description no fault may target it */
            protected: boolean;
            /** @description where each of its pods has files that faults can reach; empty: none */
            volumes: string[];
            /** @description of each of its pods */
            containers: string[];
        };
        /**
         * ServiceSeries
         * @description A value a step, from the start of the window; null where nothing was seen to take it from.
         */
        ServiceSeries: {
            /**
             * Requests Per Second
             * @default []
             */
            requests_per_second: (number | null)[];
            /**
             * Error Ratio
             * @default []
             */
            error_ratio: (number | null)[];
            /**
             * Latency P95 Ms
             * @description within an eighth
             * @default []
             */
            latency_p95_ms: (number | null)[];
            /**
             * Cpu Cores
             * @description of a pod, on average
             * @default []
             */
            cpu_cores: (number | null)[];
            /**
             * Memory Mean Bytes
             * @description of a pod, on average
             * @default []
             */
            memory_mean_bytes: (number | null)[];
            /**
             * Log Rows Per Second
             * @default []
             */
            log_rows_per_second: (number | null)[];
            /**
             * Log Error Rows Per Second
             * @default []
             */
            log_error_rows_per_second: (number | null)[];
        };
        Session: {
            /** Format: uuid */
            readonly id: string;
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            last_used?: string | null;
            address?: string | null;
            agent: string;
            /** @description the session that asks */
            readonly is_this: boolean;
        };
        /** @description What a text comes to as a campaign, without a look at the system. */
        Sketch: {
            valid: boolean;
            /** @description what is wrong, and where; empty when valid */
            places: components["schemas"]["ProblemPlace"][];
            /** @description its name in the file; empty unless valid */
            campaign: string;
            /** @description the same digest, the same plan; empty unless valid */
            digest: string;
            /** @description 0 unless valid */
            steps: number;
            /**
             * Format: double
             * @description how long it will take
             */
            expected_s: number | null;
        };
        Span: {
            /** @description UTC microseconds of its start */
            timestamp: number;
            /** @description microseconds */
            duration: number;
            trace_id: string;
            span_id: string;
            parent_span_id: string | null;
            service: string;
            pod: string;
            operation_name: string;
            kind: string;
            /** @description http, grpc, db or app */
            type: string;
            /** @description HTTP or gRPC code; db and app: 0 ok, 2 error */
            status_code: number;
            is_error: boolean;
        };
        Status: {
            /** @description every part runs, every pod is ready, nothing is in quarantine */
            well: boolean;
            parts: components["schemas"]["Part"][] | null;
            pods: components["schemas"]["Pods"] | null;
            queues: components["schemas"]["Queues"] | null;
            /** @description the newest row of each table */
            telemetry: components["schemas"]["Newest"] | null;
            disk: components["schemas"]["Disk"] | null;
            faults: components["schemas"]["FaultStatus"] | null;
            campaign: components["schemas"]["RunningCampaign"] | null;
            sandbox: components["schemas"]["Sandbox"];
            /** @description sections that could not be asked, which are null */
            unknown: components["schemas"]["SectionError"][];
        };
        /**
         * Steady
         * @description What must hold before each injection.
         */
        Steady: {
            /**
             * Error Ratio
             * @description share of failed requests at the shop's front
             * @default null
             */
            error_ratio?: number | null;
            /**
             * Latency P95 Ms
             * @description of requests at the shop's front
             * @default null
             */
            latency_p95_ms?: number | null;
            /**
             * Pods Not Ready
             * @description of the whole system
             * @default 0
             */
            pods_not_ready?: number | null;
            /**
             * Window
             * @description seconds
             * @default 10
             */
            window?: number;
            /**
             * Wait
             * @description seconds at most; then the step is skipped
             * @default 60
             */
            wait?: number;
        };
        Step: {
            /** Format: uuid */
            readonly id: string;
            /** Format: uuid */
            readonly plan_id: string;
            readonly index: number;
            /** @description those of one group are ordered as one: together, or as a cascade */
            group: number;
            /**
             * Format: double
             * @description seconds after the first of its group took hold
             */
            after_s: number;
            /**
             * Format: double
             * @description seconds without faults before its group
             */
            pause_s: number;
            /** @description what a healthy system goes through, and no fault */
            is_event: boolean;
            readonly fault: string;
            readonly service: string;
            readonly pods: string;
            parameters: {
                [key: string]: unknown;
            };
            /** Format: double */
            readonly duration_s: number;
            readonly allow_last_replica: boolean;
            readonly repeat: number;
            state: components["schemas"]["CampaignStepState"];
            /** @description why it waits, was skipped, failed or was ended early; may be empty */
            reason: string;
            /**
             * Format: uuid
             * @description of GET /api/v1/faults/injections/{id}
             */
            injection: string | null;
            /**
             * Format: uuid
             * @description of GET /api/v1/events/{id}
             */
            event: string | null;
            /** @description confirmed on all its pods, absent on one, unknown; empty: not known yet */
            effect: string;
            /** @description what else was wrong when its fault took hold, so that its telemetry is no case of it alone; or empty */
            unusable: string;
            /** Format: date-time */
            readonly started_at: string | null;
            /** Format: date-time */
            readonly finished_at: string | null;
        };
        /**
         * Stop
         * @description What ends an injection early, and what else ends with it.
         */
        Stop: {
            /**
             * Error Ratio
             * @description share of failed requests at the shop's front
             * @default null
             */
            error_ratio?: number | null;
            /**
             * Latency P95 Ms
             * @description of requests at the shop's front
             * @default null
             */
            latency_p95_ms?: number | null;
            /**
             * Pods Not Ready
             * @description besides those that the fault is for
             * @default null
             */
            pods_not_ready?: number | null;
            /**
             * Window
             * @description seconds
             * @default 10
             */
            window?: number;
            /**
             * Then
             * @description what is ended
             * @default campaign
             */
            then?: components["schemas"]["CampaignStopEnds"];
        };
        StopInForce: {
            /** Format: uuid */
            id: string;
            by: string;
            reason: string;
            /** Format: date-time */
            at: string;
        };
        Stopped: {
            /** Format: uuid */
            id: string;
            by: string;
            reason: string;
            /** Format: date-time */
            at: string;
            /** @description injections whose fault is gone */
            ended: string[];
            /** @description injections not verified as gone yet */
            ending: string[];
            /** @description why the system could not be told; empty when it was */
            unreachable: string;
        };
        TelemetrySettings: {
            /** Format: double */
            sample_interval_s: number;
            /** Format: double */
            retention_hours: number;
            retention_bytes: number;
        };
        /**
         * Together
         * @description Several faults, ordered as one: each combination of one injection of each.
         */
        Together: {
            /** Together */
            together: components["schemas"]["Member"][];
        };
        Token: {
            /** Format: uuid */
            readonly id: string;
            name: string;
            role?: components["schemas"]["Role"];
            /** Format: date-time */
            readonly created: string;
            /** Format: date-time */
            expiry?: string | null;
            /** Format: date-time */
            last_used?: string | null;
        };
        TokenCreateRequest: {
            /** @description what the token is for */
            name: string;
            /**
             * @description may do no more than this role, nor than you
             * @default admin
             */
            role?: components["schemas"]["Role"];
            /**
             * @description days until it expires
             * @default 30
             */
            days?: number;
        };
        TokenCreated: {
            /** Format: uuid */
            id: string;
            name: string;
            role: components["schemas"]["Role"];
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            expiry: string;
            /** Format: date-time */
            last_used: string | null;
            /** @description the secret, shown this once */
            token: string;
        };
        Topology: {
            /** @description UTC microseconds, as rounded */
            from: number;
            /** @description UTC microseconds, as rounded */
            to: number;
            nodes: components["schemas"]["Node"][];
            edges: components["schemas"]["Edge"][];
        };
        Trace: {
            trace_id: string;
            /** @description UTC microseconds of its start */
            timestamp: number;
            /** @description microseconds */
            duration: number;
            /** @description of the root span */
            service: string;
            operation_name: string;
            span_count: number;
            error_count: number;
        };
        TracePage: {
            results: components["schemas"]["Trace"][];
            /** @description continues after the last row; null at the end. A search that finds little returns fewer results than asked for, even none, with a cursor that goes on further back */
            cursor: string | null;
        };
        User: {
            readonly id: number;
            /** @description Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only. */
            username: string;
            name: string;
            /** Email address */
            email?: string;
            readonly role: components["schemas"]["Role"];
            /**
             * Active
             * @description Designates whether this user should be treated as active. Unselect this instead of deleting accounts.
             */
            is_active?: boolean;
            /** Format: date-time */
            created: string;
            /** Format: date-time */
            last_sign_in: string | null;
        };
        VersionContent: {
            name: string;
            kind: string;
            services: string[];
            pods: string[];
            /** @description as asked for */
            parameters: {
                [key: string]: unknown;
            };
            /** Format: double */
            duration_s: number;
            allow_last_replica: boolean;
            schedule: components["schemas"]["VersionSchedule"];
        };
        VersionSchedule: {
            type: components["schemas"]["ScheduleType"];
            /**
             * Format: date-time
             * @description of `at` only
             */
            at: string | null;
            /** @description may be empty */
            cron: string;
            time_zone: string;
        };
        /** Vetted */
        Vetted: {
            /** Step S */
            step_s: number;
            /**
             * Limits
             * @description from where on a step is in doubt
             * @default {}
             */
            limits: {
                [key: string]: number;
            };
        };
        /** @description `instance` is a User, or AnonymousUser. */
        WhoAmI: {
            signed_in: boolean;
            /** @description empty without sign-in */
            username: string;
            /** @description as it is to be shown */
            readonly name: string;
            readonly email: string;
            readonly language: components["schemas"]["Language"];
            /** @description IANA name */
            readonly time_zone: string;
            /** @description that this sign-in or token has; anyone: none */
            readonly role: components["schemas"]["RoleOrAnyone"];
            /** @description names of the operations that it may call */
            readonly permissions: string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    activity: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of actor_name, action, subject; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "at" | "-at";
                /** @description only of these */
                thing?: ("campaign" | "dataset" | "emergency_stop" | "event" | "experiment" | "injection" | "label" | "pod" | "quarantine" | "saved_campaign" | "system")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedActivityList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    audit_list: {
        parameters: {
            query?: {
                /** @description or its beginning, such as injection. */
                action?: string;
                /** @description user name; platform: what nobody asked for */
                actor?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description not before this time */
                from?: number | string;
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of actor_name, action, subject; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "at" | "-at";
                /** @description what it was done to */
                subject?: string;
                /** @description before this time */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedAuditEntryList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_list: {
        parameters: {
            query?: {
                /** @description only this user's */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of name; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "created_at" | "-created_at" | "name" | "-name" | "state" | "-state";
                /** @description only in these */
                state?: ("planned" | "running" | "stopping" | "stopped" | "completed" | "aborted" | "failed")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedCampaignList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CampaignFileRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_report: {
        parameters: {
            query?: {
                /** @description both need nothing else */
                format?: "html" | "markdown";
            };
            header?: never;
            path: {
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page with its charts, to hand out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                    "text/markdown": string;
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                campaign_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_library: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LibraryFile"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    campaigns_plan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CampaignFileRequest"];
                "application/yaml": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Plan"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_list: {
        parameters: {
            query?: {
                /** @description only what this user saved, by name */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of name, notes; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "updated_at" | "-updated_at" | "name" | "-name";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedSavedCampaignList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SavedCampaignCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedCampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                saved_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedCampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                saved_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                saved_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PatchedSavedCampaignUpdateRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedCampaignDetail"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saved_campaigns_versions: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "version" | "-version";
            };
            header?: never;
            path: {
                saved_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedSavedVersionList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revisions"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    config: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Config"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_list: {
        parameters: {
            query?: {
                /** @description only those built of it */
                campaign?: string;
                /** @description only this user's */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description only of these */
                format?: string[];
                /** @description how many rows at most */
                limit?: number;
                origin?: "built" | "imported";
                /** @description part of any of name, notes, digest; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "created_at" | "-created_at" | "name" | "-name" | "size" | "-size" | "finished_at" | "-finished_at";
                /** @description only in these */
                state?: ("queued" | "building" | "ready" | "failed" | "cancelled" | "deleting")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedDatasetList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetCreateRequest"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PatchedDatasetChangeRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_card: {
        parameters: {
            query?: {
                /** @description instead of Accept: json, or markdown as a page to read */
                format?: "json" | "markdown";
            };
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatasetCard"];
                    "text/markdown": string;
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_download: {
        parameters: {
            query?: never;
            header?: {
                /** @description its ETag: else all is sent */
                "If-Range"?: string;
                /** @description one range, such as bytes=1048576- */
                Range?: string;
            };
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The dataset as a zip; its ETag is the digest. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The part that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The client has it already. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_manifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                dataset_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatasetManifest"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    datasets_import: {
        parameters: {
            query?: {
                /** @description for a dataset that does not name itself; the file's, say */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/zip": string;
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dataset"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_list: {
        parameters: {
            query?: {
                /** @description only this user's */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description only of these */
                kind?: string[];
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of kind, service, error; case does not matter */
                search?: string;
                /** @description only of these */
                service?: string[];
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "created_at" | "-created_at" | "kind" | "-kind" | "service" | "-service";
                /** @description only in these */
                state?: ("planned" | "running" | "ended" | "failed")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedEventList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EventCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Event"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventKind"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    faults_calendar: {
        parameters: {
            query?: {
                /** @description only what this user ordered, by name */
                created_by?: string;
                /** @description start of the window; default: a day before now, or `to` */
                from?: number | string;
                /** @description only of these kinds */
                kind?: ("pod-kill" | "pod-failure" | "container-kill" | "process-pause" | "cpu-stress" | "memory-stress" | "network-delay" | "network-loss" | "network-partition" | "network-bandwidth" | "network-corrupt" | "network-duplicate" | "http-abort" | "http-delay" | "io-latency" | "io-fault" | "time-skew" | "dns-error" | "dns-random" | "jvm-latency" | "jvm-return" | "jvm-exception" | "jvm-stress" | "jvm-gc" | "jvm-rule-data" | "jvm-mysql" | "rolling-restart" | "deploy" | "scale" | "cache-flush" | "backup" | "load-surge")[];
                /** @description only what was ordered by these */
                origin?: ("user" | "experiment" | "campaign")[];
                /** @description only on pods of these services */
                service?: string[];
                /** @description only in these states */
                state?: ("planned" | "running" | "past" | "skipped")[];
                /** @description end of the window; default: eight days after its start */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Calendar"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    emergency_stop_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmergencyStop"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    emergency_stop_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmergencyStopCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stopped"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    emergency_stop_release: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmergencyStop"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_list: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description part of any of name, kind; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "created_at" | "-created_at" | "name" | "-name" | "kind" | "-kind";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedExperimentList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExperimentCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PatchedExperimentUpdateRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_history: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "scheduled_for" | "-scheduled_for";
            };
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedOccurrenceList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Experiment"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    experiments_versions: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "revision" | "-revision";
            };
            header?: never;
            path: {
                experiment_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedExperimentVersionList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    injections_list: {
        parameters: {
            query?: {
                /** @description only what this user ordered, by name */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description only what this one ordered */
                experiment?: string;
                /** @description only what lasted until after this time, or still does */
                from?: number | string;
                /** @description only of these kinds */
                kind?: ("pod-kill" | "pod-failure" | "container-kill" | "process-pause" | "cpu-stress" | "memory-stress" | "network-delay" | "network-loss" | "network-partition" | "network-bandwidth" | "network-corrupt" | "network-duplicate" | "http-abort" | "http-delay" | "io-latency" | "io-fault" | "time-skew" | "dns-error" | "dns-random" | "jvm-latency" | "jvm-return" | "jvm-exception" | "jvm-stress" | "jvm-gc" | "jvm-rule-data" | "jvm-mysql")[];
                /** @description how many rows at most */
                limit?: number;
                /** @description only on these pods */
                pod?: string[];
                /** @description part of any of kind, error, created_by; case does not matter */
                search?: string;
                /** @description only on pods of these services */
                service?: string[];
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "requested_at" | "-requested_at" | "kind" | "-kind" | "state" | "-state" | "ended_at" | "-ended_at";
                /** @description only in these states */
                state?: ("planned" | "applying" | "active" | "recovering" | "recovered" | "recovery_failed" | "failed")[];
                /** @description only what was ordered before this time */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedInjectionList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    injections_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InjectionCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Injection"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    injections_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                injection_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Injection"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    injections_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                injection_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Injection"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    faults_kinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Kind"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_list: {
        parameters: {
            query?: {
                /** @description only what this user ordered, by name */
                created_by?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description only with these outcomes of the effect check */
                effect?: ("unknown" | "confirmed" | "absent")[];
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description only of this one */
                injection?: string;
                /** @description only of these kinds */
                kind?: ("pod-kill" | "pod-failure" | "container-kill" | "process-pause" | "cpu-stress" | "memory-stress" | "network-delay" | "network-loss" | "network-partition" | "network-bandwidth" | "network-corrupt" | "network-duplicate" | "http-abort" | "http-delay" | "io-latency" | "io-fault" | "time-skew" | "dns-error" | "dns-random" | "jvm-latency" | "jvm-return" | "jvm-exception" | "jvm-stress" | "jvm-gc" | "jvm-rule-data" | "jvm-mysql")[];
                /** @description how many rows at most */
                limit?: number;
                /** @description only on these pods */
                pod?: string[];
                /** @description part of any of pod, kind; case does not matter */
                search?: string;
                /** @description only on pods of these services */
                service?: string[];
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "start" | "-start" | "end" | "-end" | "pod" | "-pod" | "service" | "-service" | "kind" | "-kind";
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedLabelList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    labels_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                label_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Label"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    faults_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewRequestRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quarantine_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quarantine"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quarantine_clear: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                pod: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quarantine"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invitation"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invited"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    invitations_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChangeRequest"];
            };
        };
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_reset: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetRequest"];
            };
        };
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    password_reset_ask: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetAskRequest"];
            };
        };
        responses: {
            /** @description No response body */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    profile_update: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PatchedProfileUpdateRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registration_get: {
        parameters: {
            query?: {
                /** @description of the mailed link */
                invitation?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Registration"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    registration_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialsRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    session_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sessions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_load_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Load"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_load_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoadFormRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Load"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_pods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    system_services: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logs: {
        parameters: {
            query?: {
                /** @description part of the message; case matters */
                contains?: string;
                /** @description of the page before */
                cursor?: string;
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description only of these levels */
                levels?: ("DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL")[];
                /** @description how many rows at most */
                limit?: number;
                /** @description only of these pods */
                pods?: string[];
                /** @description regular expression of RE2 that is found in the message; (?i) in front: case does not matter */
                regex?: string;
                /** @description part of the message; case does not matter */
                search?: string;
                /** @description only of these services; repeat the parameter for more than one */
                services?: string[];
                /** @description only of this span */
                span_id?: string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
                /** @description only of this trace */
                trace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logs_around: {
        parameters: {
            query: {
                /** @description how many lines after it at most */
                after?: number;
                /** @description how many lines before it at most */
                before?: number;
                /** @description of the line */
                log_id: number;
                /** @description neighbours only of these pods */
                pods?: string[];
                /** @description neighbours only of these services */
                services?: string[];
                /** @description of the line */
                timestamp: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Around"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logs_arrivals: {
        parameters: {
            query?: {
                /** @description part of the message; case matters */
                contains?: string;
                /** @description of the answer before; without it: begin now */
                cursor?: string;
                /** @description only of these levels */
                levels?: ("DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL")[];
                /** @description how many rows at most */
                limit?: number;
                /** @description only of these pods */
                pods?: string[];
                /** @description regular expression of RE2 that is found in the message; (?i) in front: case does not matter */
                regex?: string;
                /** @description part of the message; case does not matter */
                search?: string;
                /** @description only of these services; repeat the parameter for more than one */
                services?: string[];
                /** @description only of this span */
                span_id?: string;
                /** @description only of this trace */
                trace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Arrivals"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logs_download: {
        parameters: {
            query?: {
                /** @description part of the message; case matters */
                contains?: string;
                /** @description instead of Accept; csv if neither says */
                format?: "csv" | "ndjson";
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description only of these levels */
                levels?: ("DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL")[];
                /** @description how many lines at most, the newest */
                limit?: number;
                /** @description only of these pods */
                pods?: string[];
                /** @description regular expression of RE2 that is found in the message; (?i) in front: case does not matter */
                regex?: string;
                /** @description part of the message; case does not matter */
                search?: string;
                /** @description only of these services; repeat the parameter for more than one */
                services?: string[];
                /** @description only of this span */
                span_id?: string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
                /** @description only of this trace */
                trace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A line each, below their names. */
            200: {
                headers: {
                    /** @description whether there are more lines than `limit`; then the file's name says so too */
                    "X-Truncated"?: boolean;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logs_histogram: {
        parameters: {
            query?: {
                /** @description part of the message; case matters */
                contains?: string;
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description only of these levels */
                levels?: ("DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL")[];
                /** @description only of these pods */
                pods?: string[];
                /** @description regular expression of RE2 that is found in the message; (?i) in front: case does not matter */
                regex?: string;
                /** @description part of the message; case does not matter */
                search?: string;
                /** @description only of these services; repeat the parameter for more than one */
                services?: string[];
                /** @description only of this span */
                span_id?: string;
                /** @description seconds; default: some 100 steps in the window */
                step?: number;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
                /** @description only of this trace */
                trace_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Histogram"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metric"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics_range: {
        parameters: {
            query: {
                /** @description how those that `by` does not tell apart become one; sum */
                aggregate?: "sum" | "avg" | "min" | "max";
                /** @description one series for each value of these: service, pod, or the key of a label; none are told apart else */
                by?: string[];
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description only with this key=value; several of one key: any of them */
                labels?: string[];
                /** @description how many series of a metric at most */
                limit?: number;
                /** @description their names */
                metrics: string[];
                /** @description only of these pods */
                pods?: string[];
                /** @description of the histograms whose buckets are named so with _bucket; of the rates, those of one `by` together */
                quantile?: number;
                /** @description increase per second of a counter, resets considered */
                rate?: boolean;
                /** @description only of these services */
                services?: string[];
                /** @description seconds; default: some 100 steps in the window */
                step?: number;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Range"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    topology: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Edge"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traces: {
        parameters: {
            query?: {
                /** @description of the page before */
                cursor?: string;
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description how many rows at most */
                limit?: number;
                /** @description microseconds, of the whole trace */
                max_duration?: number;
                /** @description microseconds, of the whole trace */
                min_duration?: number;
                /** @description with a span of any of these operations */
                operations?: string[];
                /** @description with a span of any of these pods */
                pods?: string[];
                /** @description with a span of any of these services; one span must fit services, pods and operations */
                services?: string[];
                /** @description error: with a failed span; ok: without */
                status?: "any" | "ok" | "error";
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TracePage"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    trace: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path: {
                trace_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Span"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traces_durations: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description spans of these operations, and not root spans */
                operations?: string[];
                /** @description spans of these pods, and not root spans */
                pods?: string[];
                /** @description spans of these services, and not root spans */
                services?: string[];
                /** @description seconds; default: some 100 steps in the window */
                step?: number;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Durations"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    traces_points: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description how many points at most */
                limit?: number;
                /** @description spans of these operations, and not root spans */
                operations?: string[];
                /** @description spans of these pods, and not root spans */
                pods?: string[];
                /** @description spans of these services, and not root spans */
                services?: string[];
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DurationPoints"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tokens_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"][];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tokens_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenCreateRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tokens_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No response body */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview_topology: {
        parameters: {
            query?: {
                /** @description Start of the window. Default: 15 minutes before its end. */
                from?: number | string;
                /** @description End of the window, exclusive. Default: now. */
                to?: number | string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topology"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_list: {
        parameters: {
            query?: {
                active?: boolean | null;
                /** @description of the page before */
                cursor?: string;
                /** @description how many rows at most */
                limit?: number;
                role?: "viewer" | "researcher" | "operator" | "admin";
                /** @description part of any of username, first_name, email; case does not matter */
                search?: string;
                /** @description by what; - in front: the highest, latest or last first. Default: the latest first */
                sort?: "created" | "-created" | "username" | "-username" | "last_sign_in" | "-last_sign_in";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PaginatedUserList"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    users_update: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PatchedUserUpdateRequest"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Problem details. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Problem details. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
