DROP TABLE service_client_activity;
