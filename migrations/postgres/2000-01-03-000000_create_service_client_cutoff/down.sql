DROP TABLE service_client_cutoff;
